/** Whether somebody may execute a file: by whose programs it is run later, nobody knows. */
export function isExecutable({ mode }: { readonly mode: number }): boolean {
  return (mode & EXECUTABLE) !== 0;
}

const EXECUTABLE = 0o111;

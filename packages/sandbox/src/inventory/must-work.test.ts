import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { describeInWorlds } from './testing/describe-in-worlds.js';
import type { DriverAnswer } from './testing/driver-messages.js';
import { inheritedDescriptors } from './testing/users.js';

function node(program: string): string {
  return `node -e '${program}'`;
}

function python(program: string): string {
  return `python3 -c '${program}'`;
}

/** Each runs a real program; a case names the programs that it needs. */
const CASES: readonly (readonly [id: string, what: string, needs: string, script: string, stdout: string])[] =
  [
    [
      'W02',
      'the null device and random bytes',
      'sh',
      'echo x > /dev/null && head -c 4 /dev/urandom | wc -c',
      '4\n',
    ],
    [
      'W03',
      'creating, changing and removing files',
      'sh',
      'echo a > new && echo b >> new && cat new && rm new && mkdir d && rmdir d',
      'a\nb\n',
    ],
    ['W04', 'a temporary file', 'mktemp', 'f=$(mktemp) && echo here > "$f" && cat "$f"', 'here\n'],
    ['W05', 'git status', 'git', 'git status --short', ''],
    [
      'W06',
      'git commit',
      'git',
      'echo 6 > six && git add six && git commit -q -m six && git log --format=%s -1',
      'six\n',
    ],
    [
      'W07',
      'git branch and stash',
      'git',
      'git checkout -q -b side && echo 7 > tracked && git stash -q && cat tracked && git stash pop -q && cat tracked && git checkout -q tracked && git checkout -q main && git branch',
      '  linked\n* main\n  side\n'.replace('  linked\n', '+ linked\n').replace(/^/, 'first\n7\n'),
    ],
    [
      'W08',
      'git worktree: a new one, and one that was there',
      'git',
      'git worktree add -q added && for d in added linked; do (cd $d && echo 8 > eight && git add eight && git commit -q -m in-$d && git log --format=%s -1); done; git worktree remove added',
      'in-added\nin-linked\n',
    ],
    [
      'W10',
      'git init below, and a local clone',
      'git',
      'git init -q -b main sub && git -C sub commit -q --allow-empty -m sub && git clone -q sub cloned && git -C cloned log --format=%s && rm -rf sub cloned',
      'sub\n',
    ],
    [
      'W10b',
      'git rebase',
      'git',
      'git checkout -q -b topic HEAD~1 && git commit -q --allow-empty -m topic && git rebase -q main && git log --format=%s -1 && git checkout -q main',
      'topic\n',
    ],
    [
      'W11',
      'worker threads of Node',
      'node',
      node(
        'new (require("worker_threads").Worker)("require(\\"worker_threads\\").parentPort.postMessage(1)",{eval:true}).on("message",console.log)',
      ),
      '1\n',
    ],
    [
      'W11b',
      'a fork of Node that talks to its parent',
      'node',
      `echo 'process.send(2);process.disconnect()' > f.js && ${node('require("child_process").fork("./f.js").on("message",m=>console.log(m))')} && rm f.js`,
      '2\n',
    ],
    [
      'W12',
      'spawnSync of Node tells no error',
      'node',
      node(
        'const r=require("child_process").spawnSync("cat",{input:"in"});console.log(r.error,String(r.stdout))',
      ),
      'undefined in\n',
    ],
    [
      'W13',
      'a pool of Python',
      'python3',
      python(
        'import multiprocessing as m\nif __name__=="__main__":\n  with m.get_context("fork").Pool(2) as p: print(p.map(abs,[-1,-2]))',
      ),
      '[1, 2]\n',
    ],
    [
      'W15',
      'a pair of sockets',
      'python3',
      python(
        'import socket as s\na,b=s.socketpair()\na.setsockopt(s.SOL_SOCKET,s.SO_SNDBUF,4096)\na.send(b"hi")\nprint(b.recv(9))',
      ),
      "b'hi'\n",
    ],
    [
      'W16',
      'a subprocess under asyncio',
      'python3',
      python(
        'import asyncio as a\nasync def m():\n  p=await a.create_subprocess_exec("echo","hi",stdout=a.subprocess.PIPE)\n  print(await p.communicate())\na.run(m())',
      ),
      "(b'hi\\n', None)\n",
    ],
    [
      'W17',
      'a server and a client on the loopback',
      'node',
      node(
        'const n=require("net"),s=n.createServer(c=>c.end("served")).listen(0,"127.0.0.1",()=>n.connect(s.address().port).on("data",d=>{console.log(String(d));s.close()}))',
      ),
      'served\n',
    ],
    [
      'W19',
      'make, a compiler and what it made',
      'gcc',
      'printf "a: a.c\\n\\tgcc -o a a.c\\n" > Makefile && echo "int main(){return 0;}" > a.c && make -s && ./a && echo ran && rm a a.c Makefile',
      'ran\n',
    ],
    ['W20', 'a fifo', 'mkfifo', 'mkfifo p && (echo through > p & cat p; wait) && rm p', 'through\n'],
    [
      'W22',
      'a tracer of its own child',
      'strace',
      'strace -o traced -e trace=exit_group true && grep -c exit_group traced && rm traced',
      '1\n',
    ],
    [
      'W22b',
      'attaching to a process of its own',
      'python3',
      python(
        'import ctypes,os,signal\np=os.fork()\nif p==0: signal.pause()\nprint(ctypes.CDLL(None).ptrace(16,p,0,0),os.waitpid(p,0)[0]==p)\nos.kill(p,9)',
      ),
      '0 True\n',
    ],
    [
      'W22c',
      'a debugger',
      'gdb',
      'gdb -q -nx -batch -ex run true 2> /dev/null | grep -c "exited normally"',
      '1\n',
    ],
    ['W22d', 'the table of processes', 'ps', 'sleep 60 & ps -e -o comm= | grep -cx sleep; kill $!', '1\n'],
    [
      'W22e',
      'a lower priority for a program, and for one that runs',
      'ionice',
      'nice -n 5 sh -c "nice; ionice -c 3 ionice; renice -n 7 -p \\$\\$ > /dev/null; nice; ionice -c 3 -p \\$\\$ && ionice -p \\$\\$"',
      '5\nidle\n7\nidle\n',
    ],
    ['W23', 'a lock on a file', 'flock', 'flock lock echo locked && rm lock', 'locked\n'],
    [
      'W23c',
      'how a file is stored, but no key of an encrypted directory (FS_IOC_REMOVE_ENCRYPTION_KEY)',
      'perl',
      `perl -e 'open(F, "<", "."); my $b = "\\0" x 256; for (2, 0xc0406618) { $! = 0; ioctl(F, $_, $b); print $! + 0, "\\n" }'`,
      '0\n25\n',
    ],
    [
      'W23b',
      'being told of changes',
      'node',
      node(
        'const f=require("fs"),w=f.watch(".",(e,n)=>{if(n==="seen"){console.log(n);w.close();f.unlinkSync("seen")}});f.writeFileSync("seen","")',
      ),
      'seen\n',
    ],
    [
      'W24',
      'a terminal of its own',
      'script',
      'script -qec "tty" /dev/null < /dev/null | tr -d "\\r"',
      '/dev/pts/0\n',
    ],
    [
      'W39',
      'a signal shows in the exit code',
      'sh',
      '{ sh -c "kill -TERM \\$\\$"; } 2> /dev/null; echo $?',
      '143\n',
    ],
    [
      'W40',
      'a browser without a window, its own sandbox off',
      'chromium-headless-shell',
      `HOME=$TMPDIR chromium-headless-shell --no-sandbox --disable-gpu --user-data-dir="$TMPDIR/profile" --dump-dom 'data:text/html,<p id=p></p><script>p.textContent=6*7</script>' 2> browser.log | grep -o '<p id="p">42</p>' || tail -40 browser.log; rm -rf browser.log "$TMPDIR/profile"`,
      '<p id="p">42</p>\n',
    ],
    [
      'P18',
      'a program written to the temporary directory',
      'sh',
      'cp /bin/true "$TMPDIR/p" && "$TMPDIR/p" && echo ran',
      'ran\n',
    ],
  ];

describeInWorlds(({ there, it }) => {
  const ran = (stdout: string): DriverAnswer => ({
    exitCode: 0,
    wrapperCode: 0,
    stdout,
    stderr: '',
    decisions: [],
  });

  it('W01 exit code, stdout and stderr are kept apart', async () => {
    expect(await there().run('echo out; echo err >&2; exit 3')).toEqual({
      exitCode: 3,
      wrapperCode: 3,
      stdout: 'out\n',
      stderr: 'err\n',
      decisions: [],
    });
  });

  for (const [id, what, needs, script, stdout] of CASES) {
    it(
      `${id} ${what}`,
      async () => {
        expect(await there().run(script)).toEqual(ran(stdout));
      },
      { programs: [needs] },
    );
  }

  it('W09 git init in a root without a repository, then a commit', async () => {
    const script =
      'git init -q -b main . && echo 9 > nine && git add nine && git commit -q -m nine && git log --format=%s';
    expect(await there().run(script, { cwd: there().bare, write: [there().bare] })).toEqual(ran('nine\n'));
  });

  it('W21 processes, names of users and of owners', async () => {
    const { stdout, exitCode } = await there().run('id -u; stat -c %u tracked; ps -o pid= | wc -l');
    const [uid, owner, processes] = stdout.trim().split('\n').map(Number);
    expect({ exitCode, uid, owner, isAlone: (processes ?? 0) < 8 }).toEqual({
      exitCode: 0,
      uid: there().uid,
      owner: there().uid,
      isAlone: true,
    });
  });

  it('W22e memory of its own processes is a file, which root can only read', async () => {
    const script =
      'for way in "<" ">>"; do eval "(: $way /proc/$$/mem)" 2> /dev/null && echo "$way"; done; true';
    expect(await there().run(script)).toEqual(ran(there().uid === 0 ? '<\n' : '<\n>>\n'));
  });

  it('W33 ten megabytes of anything pass through stdin', async () => {
    const stdin = randomBytes(10 * 1024 * 1024);
    const digest = createHash('sha256').update(stdin).digest('hex');
    expect(await there().run('sha256sum', { stdin })).toEqual(ran(`${digest}  -\n`));
  });

  it('W34 W35 a root and working directory with any name', async () => {
    const name = 'a b\'"\n[x]*?{y}$(z)';
    const odd = path.join(there().temporary, name);
    await there().exec(['mkdir', odd]);
    const answer = await there().run('pwd && touch here && ls', { cwd: odd, write: [odd] });
    expect(answer).toEqual(ran(`${odd}\nhere\n`));
  });

  it('W34 a working directory that is named through a link', async () => {
    await there().run('ln -s "$OUT" way');
    expect(await there().run('pwd -P; rm ../ws/way', { cwd: path.join(there().workspace, 'way') })).toEqual(
      ran(`${there().outside}\n`),
    );
  });

  const numbered = (prefix: string): readonly string[] =>
    Array.from({ length: 5000 }, (_, at) => `${prefix}${at}`);

  /** Makes files in the temporary directory, runs the body, and removes them. */
  const withFiles = async (make: string, body: (folder: string) => Promise<void>): Promise<void> => {
    const { temporary } = there();
    const made = await there().run(`mkdir many && cd many && ${make}`, { cwd: temporary });
    try {
      expect(made).toEqual(ran(''));
      await body(path.join(temporary, 'many'));
    } finally {
      await there().run('rm -rf many', { cwd: temporary });
    }
  };

  it('W37 a deny list of five thousand entries that are not there', async () => {
    const deny = numbered(path.join(there().outside, 'missing-'));
    const script = 'cat private/key 2> /dev/null || echo refused; echo x > new && cat new && rm new';
    expect(await there().run(script, { deny })).toEqual(ran('refused\nx\n'));
  });

  it('W37b a denied directory, and five thousand entries below it', async () => {
    const make =
      'for d in $(seq 0 49); do mkdir $d; for f in $(seq 0 99); do echo secret > $d/$f; done; done';
    await withFiles(make, async (folder) => {
      const below = numbered('').map((_, at) => path.join(folder, `${at % 50}`, `${Math.floor(at / 50)}`));
      const script =
        'chmod 755 many || echo sealed; ls many; cat many/0/0; echo y > many/0/0; echo x > new && cat new && rm new';
      const options = { cwd: there().temporary, deny: [folder, ...below] };
      expect(await there().run(`{ ${script}; } 2> /dev/null`, options)).toEqual(ran('sealed\nx\n'));
      expect(await there().run('cat many/0/0', { cwd: there().temporary })).toEqual(ran('secret\n'));
    });
  });

  it('W37c hundreds of denied files and directories, each for itself', async () => {
    const make =
      'for n in $(seq 0 2 149); do mkdir d$n; echo secret > d$n/key; done; for n in $(seq 1 2 149); do echo secret > f$n; done';
    await withFiles(make, async (folder) => {
      const names = Array.from({ length: 150 }, (_, at) => `${at % 2 === 0 ? 'd' : 'f'}${at}`);
      const answer = await there().run(
        'ls many | wc -l; cat many/f* many/d*/key 2> /dev/null; chmod 755 many/d0 2> /dev/null || echo sealed',
        { cwd: there().temporary, deny: names.map((name) => path.join(folder, name)) },
      );
      expect(answer).toEqual(ran('150\nsealed\n'));
    });
  });

  it('W37d five thousand denied files in a hundred directories, each of which shows another one', async () => {
    const many = path.join(there().outside, 'many');
    const deny = numbered('').map((_, at) => path.join(many, `${at % 100}`, `secret-${at}`));
    for (const directory of numbered('').slice(0, 100))
      mkdirSync(path.join(many, directory), { recursive: true });
    for (const file of deny) writeFileSync(file, 'secret\n');
    for (const directory of readdirSync(many)) writeFileSync(path.join(many, directory, 'open'), 'seen\n');
    try {
      const script =
        'cd "$OUT/many"; ls | wc -l; ls 7; cat */* | sort | uniq -c | tr -d " "; cat 7/secret-7; chmod 777 7; mv 8 9; echo x > 7/open';
      const { stdout } = await there().run(`${script}; cat 7/open`, { deny });
      expect(stdout).toEqual('100\nopen\n100seen\nseen\n');
    } finally {
      rmSync(many, { recursive: true });
    }
  });

  it('W38 many at once in one workspace', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => there().run(`echo ${at} > n${at} && cat n${at} && rm n${at}`)),
    );
    expect(answers).toEqual(answers.map((_, at) => ran(`${at}\n`)));
  });

  it(
    'W40b a browser that opens a Unix socket for itself does not start, and says why',
    async () => {
      const { stdout } = await there().run(
        'HOME=$TMPDIR chromium --headless --no-sandbox --user-data-dir="$TMPDIR/profile" about:blank 2>&1 | grep -o "socket() failed: [A-Za-z ]*"; rm -rf "$TMPDIR/profile"',
      );
      expect(stdout).toBe('socket() failed: Address family not supported by protocol \n');
    },
    { programs: ['chromium'] },
  );

  it('no descriptor of the executor is open', async () => {
    const script = 'n=3; while [ $n -lt 300 ]; do [ -e /proc/$$/fd/$n ] && echo $n; n=$((n+1)); done; true';
    expect(await there().run(script)).toEqual(ran(inheritedDescriptors().join('')));
  });
});

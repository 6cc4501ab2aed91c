import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { expect, vi } from 'vitest';
import { describeInWorlds } from './testing/describe-in-worlds.js';

const WAIT = { timeout: 60_000, interval: 20 };

/** A system call by number; prints its errno. */
function syscall(number: number, ...args: readonly (number | string)[]): string {
  const list = [number, ...args].join(',');
  return `python3 -c 'import ctypes,errno; c=ctypes.CDLL(None,use_errno=True); r=c.syscall(${list}); print(r if r>=0 else errno.errorcode[ctypes.get_errno()])'`;
}

/** Says whether a connection can be made. */
function connect(host: string, port: number): string {
  return `python3 -c 'import socket; socket.create_connection(("${host}", ${port}), 5)' && echo connected || echo refused`;
}

/**
 * Attempts whose output tells that they were refused. They are made so that one that succeeds does no harm: what belongs to the
 * machine is opened for writing and not written.
 */
const CASES: readonly (readonly [
  id: string,
  what: string,
  needs: string,
  attempt: string,
  output: string,
])[] = [
  [
    'P03',
    'no program gains privileges',
    'sh',
    'grep -E "^(NoNewPrivs|CapEff|CapBnd|CapPrm|CapAmb)" /proc/self/status | tr -d "\\t"',
    'CapPrm:0000000000000000\nCapEff:0000000000000000\nCapBnd:0000000000000000\nCapAmb:0000000000000000\nNoNewPrivs:1\n',
  ],
  [
    'P02b',
    'the priority of the group, in which there may be processes outside',
    'python3',
    `${syscall(141, 1, 0, 0)}; ${syscall(251, 2, 0, 0)}`,
    'EPERM\nEPERM\n',
  ],
  ['P04', 'a device of its own', 'mknod', 'mknod b b 8 0 || echo refused', 'refused\n'],
  ['P05', 'another root', 'chroot', 'chroot . /bin/true || echo refused', 'refused\n'],
  ['P06', 'a user namespace, mapped', 'unshare', 'unshare -Ur true || echo refused', 'refused\n'],
  ['P07', 'a user namespace, unmapped', 'unshare', 'unshare -U true || echo refused', 'refused\n'],
  [
    'P08',
    'the namespaces of the first process',
    'nsenter',
    'for n in m u i n p U; do nsenter -t 1 -$n true || echo refused; done',
    'refused\n'.repeat(6),
  ],
  [
    'P10',
    'the name of the host',
    'hostname',
    'hostname "$(hostname)" || echo refused; (: >> /proc/sys/kernel/hostname) || echo refused',
    'refused\nrefused\n',
  ],
  ['P10b', 'the log of the kernel', 'dmesg', 'dmesg > /dev/null || echo refused', 'refused\n'],
  [
    'P10c',
    'settings of the kernel',
    'sh',
    'for f in kernel/core_pattern kernel/modprobe vm/swappiness fs/protected_hardlinks; do (: >> /proc/sys/$f) || echo refused; done; (: >> /proc/sysrq-trigger) || echo refused',
    'refused\n'.repeat(5),
  ],
  [
    'P10d',
    'settings below /sys',
    'sh',
    'find /sys -xdev -type f -writable 2> /dev/null | while read -r f; do (: >> "$f") 2> /dev/null && echo "opened $f"; done; echo done',
    'done\n',
  ],
  [
    'P10e',
    'modes and times of devices, which can be used',
    'sh',
    `for f in null zero full random urandom tty; do chmod "$(stat -c %a /dev/$f)" /dev/$f || echo refused; touch -c -r /dev/$f /dev/$f || echo refused; done; echo x > /dev/null && for f in zero full random urandom; do head -c 2 /dev/$f | wc -c; done; (echo x > /dev/full) || echo full`,
    `${'refused\n'.repeat(12)}${'2\n'.repeat(4)}full\n`,
  ],
  [
    'P10f',
    'modes of what /proc shows of the machine',
    'sh',
    'for f in meminfo cpuinfo stat kmsg sys sys/kernel/core_pattern; do chmod "$(stat -c %a /proc/$f)" /proc/$f || echo refused; done',
    'refused\n'.repeat(6),
  ],
  ['P11', 'a ring', 'python3', syscall(425, 1, 0), 'EPERM\n'],
  // A Unix socket by its number of x32; a kernel without x32 answers the same.
  ['P13', 'a number of the x32 table', 'python3', syscall(0x40000029, 1, 1, 0), 'ENOSYS\n'],
  ['P14', 'shared memory of the host', 'ipcs', 'ipcs -m | grep -c 0x || true', '0\n'],
  ['P16', 'bpf', 'python3', syscall(321, 0, 0, 0), 'EPERM\n'],
  ['P16b', 'a profile of the machine', 'python3', syscall(298, 0, 0, -1, -1, 0), 'EPERM\n'],
  ['P16c', 'page faults in user space', 'python3', syscall(323, 0), 'EPERM\n'],
  ['P16d', 'arguments and environment of any length', 'python3', syscall(157, 35, 14, 0, 0, 0), 'EPERM\n'],
  [
    'P16e',
    'two names that are exchanged, of which not every file system keeps a time',
    'python3',
    `: > a; : > b; ${syscall(316, -100, 'b"a"', -100, 'b"b"', 2)}; ${syscall(316, -100, 'b"a"', -100, 'b"c"', 1)}; rm b c`,
    'EINVAL\n0\n',
  ],
  ['P19', 'the first process, to be traced', 'python3', syscall(101, 16, 1, 0, 0), 'EPERM\n'],
  ['P19b', 'the first process, to be seized', 'python3', syscall(101, 0x4206, 1, 0, 0), 'EPERM\n'],
  [
    'P19c',
    'memory of the first process, copied',
    'python3',
    `${syscall(310, 1, 0, 0, 0, 0, 0)}; ${syscall(311, 1, 0, 0, 0, 0, 0)}`,
    'EPERM\nEPERM\n',
  ],
  [
    'P19d',
    'memory of the first process, as a file',
    'sh',
    'for f in /proc/1/mem /proc/1/task/1/mem; do (: < $f) || echo refused; (: >> $f) || echo refused; done',
    'refused\n'.repeat(4),
  ],
  [
    'P19f',
    'the program of the first process, on a mount of the host',
    'sh',
    'stat -L /proc/1/exe || echo refused; chmod 755 /proc/1/exe || echo refused',
    'refused\nrefused\n',
  ],
  [
    'P19e',
    'descriptors of the first process',
    'python3',
    syscall(438, '__import__("os").pidfd_open(1)', 0, 0),
    'EPERM\n',
  ],
  [
    'F38',
    'a lease, which would keep others from opening a file',
    'python3',
    `python3 -c 'import fcntl,os; fcntl.fcntl(open(os.environ["OUT"]+"/file"),1024,1); print("granted")' || echo refused`,
    'refused\n',
  ],
  [
    'W14 W18',
    'Unix sockets, which are refused',
    'python3',
    'python3 -c "import socket;socket.socket(socket.AF_UNIX)" 2>&1 | tail -1',
    'OSError: [Errno 97] Address family not supported by protocol\n',
  ],
  ['N02', 'an address outside', 'python3', connect('192.0.2.1', 80), 'refused\n'],
  [
    'N04',
    'raw and packet sockets',
    'python3',
    'for f in "socket.AF_INET,socket.SOCK_RAW,1" "socket.AF_PACKET,socket.SOCK_RAW"; do python3 -c "import socket;socket.socket($f)" 2> /dev/null || echo refused; done',
    'refused\nrefused\n',
  ],
  [
    'N05',
    'the audit log over netlink',
    'python3',
    'python3 -c "import socket;socket.socket(socket.AF_NETLINK,socket.SOCK_RAW,9)" 2> /dev/null || echo refused',
    'refused\n',
  ],
];

describeInWorlds(({ user, there, it, lacking }) => {
  for (const [id, what, needs, attempt, output] of CASES) {
    it(
      `${id} ${what}`,
      async () => {
        const { stdout } = await there().run(`exec 2> /dev/null; ${attempt}`);
        expect(stdout).toBe(output);
      },
      // System calls are named by their numbers on x64.
      { programs: [needs], arch: 'x64' },
    );
  }

  it('P01 P02 processes of the host are neither seen nor signalled', async () => {
    const asUser = process.getuid?.() === user.uid ? {} : { uid: user.uid, gid: user.uid };
    const victim = spawn('sleep', ['1000'], { stdio: 'ignore', ...asUser });
    try {
      const pid = String(victim.pid);
      const { stdout } = await there().run(
        `exec 2> /dev/null; kill -9 ${pid} || echo unseen; cat /proc/${pid}/environ || echo unseen; [ -d /proc/${pid} ] || kill -9 -1; kill -9 0; echo alive`,
      );
      // The last two end the attempt itself.
      expect([stdout, victim.exitCode, victim.signalCode]).toEqual(['unseen\nunseen\n', null, null]);
    } finally {
      victim.kill('SIGKILL');
    }
  });

  it(
    'N01 the loopback of the host',
    async () => {
      const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
      try {
        await once(server, 'listening');
        const { port } = server.address() as AddressInfo;
        const { stdout } = await there().run(`exec 2> /dev/null; ${connect('127.0.0.1', port)}`);
        expect(stdout).toBe('refused\n');
      } finally {
        server.close();
      }
    },
    { programs: ['python3'] },
  );

  it('P09 nothing outlives the command', async () => {
    const mark = `1000.${process.pid}${user.uid}`;
    const { stdout } = await there().run(
      `setsid sleep ${mark} & (nohup sleep ${mark} > /dev/null 2>&1 &); sleep 0.2; echo gone`,
    );
    expect(stdout).toBe('gone\n');
    await vi.waitUntil(() => !commandLines().some((line) => line.includes(mark)), WAIT);
  });

  it(
    'P12 the entry for 32-bit programs ends the process',
    async () => {
      const source = 'int main(){int r;__asm__("int $0x80":"=a"(r):"a"(20));return 0;}';
      const { stdout } = await there().run(
        `echo '${source}' > i.c && gcc -o i i.c && { ./i; echo $?; } 2> /dev/null; rm -f i i.c`,
      );
      expect(stdout).toBe('159\n');
    },
    { programs: ['gcc'], arch: 'x64' },
  );

  it('P15 shared memory of the host is not there, and its own is not the host’s', async () => {
    const name = `holdfast-inventory-${process.pid}-${user.uid}`;
    const file = path.join('/dev/shm', name);
    closeSync(openSync(file, 'w'));
    try {
      const { stdout } = await there().run(`ls /dev/shm/; echo x > /dev/shm/${name}-inside && echo made`);
      expect([stdout, readdirSync('/dev/shm').includes(`${name}-inside`)]).toEqual(['made\n', false]);
    } finally {
      rmSync(file);
    }
  });

  it(
    'P14 SysV shared memory of the host user is another',
    async () => {
      const made = spawnSync('ipcmk', ['-M', '4096'], { encoding: 'utf8' });
      const id = /(\d+)\s*$/.exec(made.stdout)?.[1] ?? '';
      expect(id).not.toBe('');
      try {
        expect((await there().run(`ipcs -m -i ${id} 2> /dev/null | grep -c bytes`)).stdout).toBe('0\n');
      } finally {
        spawnSync('ipcrm', ['-m', id]);
      }
    },
    { programs: ['ipcmk', 'ipcs'] },
  );

  lacking('P17 a fork bomb and a large allocation are bounded', 'processes have no limits yet');

  it('N19 with the network of the machine, Unix sockets and those of virtual machines are still refused', async () => {
    const attempt =
      'for f in 1 40 17; do python3 -c "import socket;socket.socket($f)" 2> /dev/null || echo refused; done; python3 -c "import socket;socket.socket().close();print(1)"';
    expect((await there().run(attempt, { network: 'enabled' })).stdout).toBe(
      'refused\nrefused\nrefused\n1\n',
    );
  });

  it('a pair of datagram sockets, which could be connected to the host, is refused', async () => {
    const attempt =
      'python3 -c "import socket;socket.socketpair(socket.AF_UNIX,socket.SOCK_DGRAM)" 2>&1 | tail -1';
    expect((await there().run(attempt)).stdout).toBe('PermissionError: [Errno 1] Operation not permitted\n');
  });

  it('S12 a command that fails with 1 is told from a wrapper that failed', async () => {
    expect(await there().run('exit 1')).toEqual({
      exitCode: 1,
      wrapperCode: 1,
      stdout: '',
      stderr: '',
      decisions: [],
    });
    expect(await there().exec(['/no/such/program'])).toMatchObject({ exitCode: null, wrapperCode: 1 });
  });
});

function commandLines(): readonly string[] {
  return readdirSync('/proc').map((name) => {
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8');
    } catch {
      return '';
    }
  });
}

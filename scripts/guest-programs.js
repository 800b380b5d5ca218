// Builds the guest programs: `npm run guest-programs` rebuilds guest-programs/bin and the manifest.
//   --out DIR    writes bin/ and manifest.json there instead
//   --hashes     prints the source hash of each program as JSON and builds nothing
// The compiler is $CC, else riscv64-unknown-elf-gcc, else riscv64-linux-gnu-gcc.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

// Everything is compiled from this folder with relative paths, so that none of the machine's gets
// into an ELF.
const folder = fileURLToPath(new URL('../guest-programs', import.meta.url));
const flags = JSON.parse(readFileSync(join(folder, 'flags.json'), 'utf8'));

/** The kinds of program, each with the folder of its sources and what every one is linked with. */
const kinds = {
  program: {
    sources: 'programs',
    include: 'ulib/include',
    script: 'ulib/program.ld',
    library: sourcesIn('ulib/src', /\.[cS]$/),
    hashed: filesIn('ulib'),
  },
  lab: {
    sources: 'labs',
    prefix: 'lab-',
    include: 'ulib/include',
    script: 'ulib/program.ld',
    library: sourcesIn('ulib/src', /\.[cS]$/),
    hashed: filesIn('ulib'),
  },
  'bare-metal': {
    sources: 'bare-metal',
    script: 'bare-metal/lib/bare.ld',
    library: sourcesIn('bare-metal/lib', /\.[cS]$/),
    hashed: filesIn('bare-metal/lib'),
  },
  payload: {
    sources: 'payloads',
    include: 'bare-metal',
    script: 'bare-metal/lib/payload.ld',
    library: ['bare-metal/lib/console.c'],
    hashed: filesIn('bare-metal').filter((path) => !/\/lab-.*\.[cS]$/.test(path)),
  },
};

const { values: options } = parseArgs({
  options: { out: { type: 'string' }, hashes: { type: 'boolean' } },
});
const programs = Object.keys(kinds).flatMap(programsOf);
if (options.hashes) {
  const hashes = Object.fromEntries(programs.map(({ name, sha256 }) => [name, sha256]));
  console.log(JSON.stringify(hashes, null, 2));
} else {
  buildAll(options.out ?? folder);
}

function buildAll(out) {
  const compiler = findCompiler();
  const objects = mkdtempSync(join(tmpdir(), 'pagewalk-objects-'));
  mkdirSync(join(out, 'bin'), { recursive: true });
  const entries = {};
  for (const kind of Object.keys(kinds)) {
    const library = kinds[kind].library.map((source) => {
      const object = join(objects, `${kind}-${source.replaceAll('/', '-')}.o`);
      run(compiler.command, [...compileFlags(kind), '-c', source, '-o', object]);
      return object;
    });
    for (const { name, sources, sha256 } of programs.filter((program) => program.kind === kind)) {
      const elf = `bin/${name}`;
      const files = [...library, ...sources, '-lgcc', '-T', kinds[kind].script];
      run(compiler.command, [...compileFlags(kind), ...files, '-o', join(out, elf)]);
      entries[name] = { elf, kind, sources, sha256 };
    }
  }
  rmSync(objects, { recursive: true });
  const manifest = {
    compiler: compiler.version,
    linker: compiler.linker,
    flags,
    programs: entries,
  };
  writeFileSync(join(out, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  console.log(`built ${programs.length} programs with ${compiler.version}`);
}

function compileFlags(kind) {
  const { include } = kinds[kind];
  return include ? [...flags[kind], '-isystem', include] : flags[kind];
}

/** Every source file of a kind is one program, named after the file; so is every other folder. */
function programsOf(kind) {
  const { sources, library, hashed, prefix = '' } = kinds[kind];
  const headers = sourcesIn(sources, /\.h$/);
  const folders = readdirSync(join(folder, sources), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${sources}/${entry.name}`)
    .filter((path) => !library[0].startsWith(path));
  const units = [...sourcesIn(sources, /\.[cS]$/).map((file) => [file]), ...folders.map(unitOf)];
  return units.map((files) => {
    const path = files.length === 1 ? files[0] : dirname(files[0]);
    const name = prefix + path.replace(/^.*\/|\.[cS]$/g, '');
    const compiled = files.filter((file) => !file.endsWith('.h'));
    return {
      name,
      kind,
      sources: compiled,
      sha256: hash([...hashed, ...headers, ...files], flags[kind]),
    };
  });
}

function unitOf(path) {
  return sourcesIn(path, /\.[chS]$/);
}

/** SHA-256 over the flags and every source with its path: what the bytes of an ELF depend on. */
function hash(paths, kindFlags) {
  const sum = createHash('sha256').update(`${kindFlags.join(' ')}\n`);
  for (const path of [...paths].sort()) {
    const text = readFileSync(join(folder, path), 'utf8').replaceAll('\r\n', '\n');
    sum.update(`${path}\n${text.length}\n${text}`);
  }
  return sum.digest('hex');
}

function findCompiler() {
  const candidates = [process.env.CC, 'riscv64-unknown-elf-gcc', 'riscv64-linux-gnu-gcc'];
  for (const command of candidates.filter(Boolean)) {
    const { status, stdout } = spawnSync(command, ['--version'], { encoding: 'utf8' });
    if (status !== 0) continue;
    const linker = run(command, ['-Wl,--version', '-nostdlib']).split('\n')[0];
    return { command, version: stdout.split('\n')[0], linker };
  }
  console.error(
    'guest-programs: no RISC-V compiler; install one: apt-get install gcc-riscv64-unknown-elf',
  );
  process.exit(1);
}

function run(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  if (status === 0) return stdout;
  console.error(`${command} failed:\n${stderr}`);
  process.exit(1);
}

function sourcesIn(path, pattern) {
  const names = readdirSync(join(folder, path)).filter((name) => pattern.test(name));
  return names.sort().map((name) => `${path}/${name}`);
}

/** Every file below a folder of guest-programs that an ELF may depend on. */
function filesIn(path) {
  return readdirSync(join(folder, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.([chS]|ld)$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .map((file) => file.slice(folder.length + 1).replaceAll('\\', '/'));
}

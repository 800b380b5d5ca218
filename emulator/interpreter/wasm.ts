/**
 * A small assembler for WebAssembly modules: one imported memory, functions without parameters that
 * return an i32. WebAssembly Core Specification, "Binary Format".
 */

export type WasmType = 'i32' | 'i64' | 'f32' | 'f64';

const TYPE_CODES: Record<WasmType, number> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c };

const OPCODES = numbered({
  0: 'unreachable',
  15: 'return',
  26: 'drop select',
  69: 'i32.eqz i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s i32.gt_u i32.le_s i32.le_u i32.ge_s i32.ge_u',
  80: 'i64.eqz i64.eq i64.ne i64.lt_s i64.lt_u i64.gt_s i64.gt_u i64.le_s i64.le_u i64.ge_s i64.ge_u',
  91: 'f32.eq f32.ne f32.lt f32.gt f32.le f32.ge f64.eq f64.ne f64.lt f64.gt f64.le f64.ge',
  103: 'i32.clz i32.ctz i32.popcnt i32.add i32.sub i32.mul i32.div_s i32.div_u i32.rem_s i32.rem_u',
  113: 'i32.and i32.or i32.xor i32.shl i32.shr_s i32.shr_u i32.rotl i32.rotr',
  121: 'i64.clz i64.ctz i64.popcnt i64.add i64.sub i64.mul i64.div_s i64.div_u i64.rem_s i64.rem_u',
  131: 'i64.and i64.or i64.xor i64.shl i64.shr_s i64.shr_u i64.rotl i64.rotr',
  139: 'f32.abs f32.neg f32.ceil f32.floor f32.trunc f32.nearest f32.sqrt',
  146: 'f32.add f32.sub f32.mul f32.div f32.min f32.max f32.copysign',
  153: 'f64.abs f64.neg f64.ceil f64.floor f64.trunc f64.nearest f64.sqrt',
  160: 'f64.add f64.sub f64.mul f64.div f64.min f64.max f64.copysign',
  167: 'i32.wrap_i64 i32.trunc_f32_s i32.trunc_f32_u i32.trunc_f64_s i32.trunc_f64_u',
  172: 'i64.extend_i32_s i64.extend_i32_u i64.trunc_f32_s i64.trunc_f32_u i64.trunc_f64_s i64.trunc_f64_u',
  178: 'f32.convert_i32_s f32.convert_i32_u f32.convert_i64_s f32.convert_i64_u f32.demote_f64',
  183: 'f64.convert_i32_s f64.convert_i32_u f64.convert_i64_s f64.convert_i64_u f64.promote_f32',
  188: 'i32.reinterpret_f32 i64.reinterpret_f64 f32.reinterpret_i32 f64.reinterpret_i64',
  192: 'i32.extend8_s i32.extend16_s i64.extend8_s i64.extend16_s i64.extend32_s',
});

const MEMORY_OPCODES = numbered({
  40: 'i32.load i64.load f32.load f64.load i32.load8_s i32.load8_u i32.load16_s i32.load16_u',
  48: 'i64.load8_s i64.load8_u i64.load16_s i64.load16_u i64.load32_s i64.load32_u',
  54: 'i32.store i64.store f32.store f64.store i32.store8 i32.store16',
  60: 'i64.store8 i64.store16 i64.store32',
});

function numbered(runs: Record<number, string>): Map<string, number> {
  return new Map(
    Object.entries(runs).flatMap(([first, names]) =>
      names.split(' ').map((name, index): [string, number] => [name, Number(first) + index]),
    ),
  );
}

/** Bytes that grow at the end. */
class Bytes {
  private bytes = new Uint8Array(256);
  private length = 0;

  push(byte: number): void {
    this.reserve(1);
    this.bytes[this.length++] = byte;
  }

  append(source: ArrayLike<number>): void {
    this.reserve(source.length);
    this.bytes.set(source, this.length);
    this.length += source.length;
  }

  unsigned(value: number): void {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.push((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.push(rest);
  }

  signed(value: bigint): void {
    let rest = value;
    for (;;) {
      const byte = Number(rest & 0x7fn);
      rest >>= 7n;
      if ((rest === 0n && byte < 0x40) || (rest === -1n && byte >= 0x40)) {
        this.push(byte);
        return;
      }
      this.push(byte | 0x80);
    }
  }

  text(text: string): void {
    this.unsigned(text.length);
    for (let i = 0; i < text.length; i++) this.push(text.charCodeAt(i));
  }

  /** `content` with its length before it. */
  counted(content: Bytes): void {
    this.unsigned(content.length);
    this.append(content.done());
  }

  done(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length);
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const bytes = new Uint8Array(2 * (this.length + count));
    bytes.set(this.bytes);
    this.bytes = bytes;
  }
}

/** One function body. Branches name the label of an enclosing block. */
export class Code {
  private readonly bytes = new Bytes();
  private readonly labels: string[] = [];
  private readonly locals: WasmType[] = [];
  private readonly free: Record<WasmType, number[]> = { i32: [], i64: [], f32: [], f64: [] };
  private taken: { readonly type: WasmType; readonly index: number }[] = [];

  /** A local for the whole function. */
  local(type: WasmType): number {
    return this.locals.push(type) - 1;
  }

  /** A local until the next releaseTemporaries. */
  temporary(type: WasmType): number {
    const index = this.free[type].pop() ?? this.local(type);
    this.taken.push({ type, index });
    return index;
  }

  releaseTemporaries(): void {
    for (const { type, index } of this.taken) this.free[type].push(index);
    this.taken = [];
  }

  /** Plain instructions, by their names in the text format. */
  op(...names: string[]): void {
    for (const name of names) {
      const code = OPCODES.get(name);
      if (code === undefined) throw new Error(`unknown wasm instruction '${name}'`);
      this.bytes.push(code);
    }
  }

  /** A load or store at the address on the stack plus `offset`. */
  memory(name: string, offset = 0): void {
    const code = MEMORY_OPCODES.get(name);
    if (code === undefined) throw new Error(`unknown wasm memory instruction '${name}'`);
    this.bytes.push(code);
    // No alignment is promised.
    this.bytes.push(0);
    this.bytes.unsigned(offset);
  }

  get(local: number): void {
    this.withIndex(0x20, local);
  }

  set(local: number): void {
    this.withIndex(0x21, local);
  }

  tee(local: number): void {
    this.withIndex(0x22, local);
  }

  i32(value: number): void {
    this.bytes.push(0x41);
    this.bytes.signed(BigInt(value | 0));
  }

  i64(value: bigint): void {
    this.bytes.push(0x42);
    this.bytes.signed(BigInt.asIntN(64, value));
  }

  f32(value: number): void {
    this.bytes.push(0x43);
    this.bytes.append(new Uint8Array(new Float32Array([value]).buffer));
  }

  f64(value: number): void {
    this.bytes.push(0x44);
    this.bytes.append(new Uint8Array(new Float64Array([value]).buffer));
  }

  block(label: string): void {
    this.open(0x02, label);
  }

  loop(label: string): void {
    this.open(0x03, label);
  }

  if(result?: WasmType): void {
    this.open(0x04, '', result);
  }

  else(): void {
    this.bytes.push(0x05);
  }

  end(): void {
    this.bytes.push(0x0b);
    this.labels.pop();
  }

  br(label: string): void {
    this.withIndex(0x0c, this.depth(label));
  }

  brIf(label: string): void {
    this.withIndex(0x0d, this.depth(label));
  }

  /** Branches to the label at the index on the stack, or to `fallback` beyond the last. */
  brTable(labels: readonly string[], fallback: string): void {
    this.withIndex(0x0e, labels.length);
    for (const label of [...labels, fallback]) this.bytes.unsigned(this.depth(label));
  }

  call(index: number): void {
    this.withIndex(0x10, index);
  }

  /** Writes the body as it stands in the code section. */
  writeTo(section: Bytes): void {
    const body = new Bytes();
    body.unsigned(this.locals.length);
    for (const type of this.locals) {
      body.push(1);
      body.push(TYPE_CODES[type]);
    }
    body.append(this.bytes.done());
    body.push(0x0b);
    section.counted(body);
  }

  private withIndex(opcode: number, index: number): void {
    this.bytes.push(opcode);
    this.bytes.unsigned(index);
  }

  private open(opcode: number, label: string, result?: WasmType): void {
    this.bytes.push(opcode);
    this.bytes.push(result === undefined ? 0x40 : TYPE_CODES[result]);
    this.labels.push(label);
  }

  private depth(label: string): number {
    const at = this.labels.lastIndexOf(label);
    if (at < 0) throw new Error(`no enclosing block is named '${label}'`);
    return this.labels.length - 1 - at;
  }
}

/** A module that imports env.memory and exports its last function as `run`. */
export function assembleModule(
  functions: readonly Code[],
  memoryPages: { minimum: number; maximum: number },
): Uint8Array<ArrayBuffer> {
  const result = new Bytes();
  result.append([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  const section = (id: number, write: (content: Bytes) => void) => {
    const content = new Bytes();
    write(content);
    result.push(id);
    result.counted(content);
  };
  section(1, (types) => types.append([1, 0x60, 0, 1, TYPE_CODES.i32]));
  section(2, (imports) => {
    imports.push(1);
    imports.text('env');
    imports.text('memory');
    imports.append([2, 1]);
    imports.unsigned(memoryPages.minimum);
    imports.unsigned(memoryPages.maximum);
  });
  section(3, (types) => {
    types.unsigned(functions.length);
    types.append(functions.map(() => 0));
  });
  section(7, (exported) => {
    exported.push(1);
    exported.text('run');
    exported.push(0);
    exported.unsigned(functions.length - 1);
  });
  section(10, (bodies) => {
    bodies.unsigned(functions.length);
    for (const code of functions) code.writeTo(bodies);
  });
  return result.done().slice();
}

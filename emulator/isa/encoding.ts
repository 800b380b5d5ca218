/**
 * Encodings written as in the manual, from the most significant bit down:
 *
 *   '0000000 rs2 rs1 000 rd 0110011'
 *   'imm[12|10:5] rs2 rs1 000 imm[4:1|11] 1100011'
 *   "010 uimm[5:3] rs1' uimm[2|6] rd' 00"
 *   '011 nzimm[17] rd≠{0,2} nzimm[16:12] 01'
 *
 * A field sets the operand of its name. A prime marks the 3-bit registers x8 to x15 of compressed
 * instructions; `rd/rs1` sets both. `imm` and `nzimm` are sign-extended from their highest bit,
 * `uimm`, `nzuimm` and `shamt` are not; all of them set `imm`, and nz means that 0 is not allowed.
 *
 * Decoding loops by index: it runs once for each instruction of a program, mostly before any compiler
 * has seen it, and iterators cost more than the work.
 */

/** Operands by name. Absent fields are 0; `imm` is a signed 32-bit number. */
export interface Operands {
  rd: number;
  rs1: number;
  rs2: number;
  rs3: number;
  imm: number;
  rm: number;
  csr: number;
  aq: number;
  rl: number;
  fm: number;
  pred: number;
  succ: number;
}

export type OperandName = keyof Operands;

/** Bits [at, at + width) of the word are bits [to, to + width) of the operand. */
interface Piece {
  readonly at: number;
  readonly width: number;
  readonly to: number;
}

export interface Field {
  readonly operands: readonly OperandName[];
  readonly pieces: readonly Piece[];
  /** The value is sign-extended from this many bits; 0 = unsigned. */
  readonly signedBits: number;
  /** Added to the value: 8 for the 3-bit registers. */
  readonly bias: number;
  readonly forbidden: readonly number[];
}

export interface Encoding {
  /** 2 or 4. */
  readonly lengthBytes: 2 | 4;
  readonly mask: number;
  readonly match: number;
  readonly fields: readonly Field[];
}

const widths: Record<OperandName, number> = {
  rd: 5,
  rs1: 5,
  rs2: 5,
  rs3: 5,
  imm: 0,
  rm: 3,
  csr: 12,
  aq: 1,
  rl: 1,
  fm: 4,
  pred: 4,
  succ: 4,
};

const tokenPattern = /^(nz)?([a-z0-9/']+?)(?:\[([0-9:|]+)\])?(?:≠(?:\{([0-9,]+)\}|([0-9]+)))?$/;

/** @throws Error when the text is not an encoding of 16 or 32 bits */
export function parseEncoding(text: string): Encoding {
  const tokens = text.split(' ');
  const parsed = tokens.map((token) => (/^[01]+$/.test(token) ? token : parseField(token)));
  let at = parsed.reduce(
    (sum, part) => sum + (typeof part === 'string' ? part.length : part.width),
    0,
  );
  if (at !== 16 && at !== 32) throw new Error(`encoding '${text}' has ${at} bits, not 16 or 32`);
  const lengthBytes = at === 16 ? 2 : 4;
  let mask = 0;
  let match = 0;
  const fields = new Map<string, Field & { pieces: Piece[]; forbidden: number[] }>();
  for (const part of parsed) {
    if (typeof part === 'string') {
      at -= part.length;
      mask |= (2 ** part.length - 1) << at;
      match |= Number.parseInt(part, 2) << at;
      continue;
    }
    const field = fields.get(part.name) ?? { ...part, pieces: [], forbidden: [] };
    fields.set(part.name, field);
    field.forbidden.push(...part.forbidden);
    for (const { high, low } of part.ranges) {
      at -= high - low + 1;
      field.pieces.push({ at, width: high - low + 1, to: low });
    }
  }
  return {
    lengthBytes,
    mask,
    match,
    fields: [...fields.values()].map(({ operands, pieces, signedBits, bias, forbidden }) => ({
      operands,
      pieces,
      bias,
      forbidden,
      signedBits: signedBits && Math.max(...pieces.map((piece) => piece.to + piece.width)),
    })),
  };
}

function parseField(token: string) {
  const [, nonZero, name = '', ranges, set, single] = tokenPattern.exec(token) ?? [];
  const isPrimed = name.endsWith("'");
  const names = name.replaceAll("'", '').split('/');
  const isImmediate = ['imm', 'uimm', 'shamt'].includes(names[0]!);
  const operands = isImmediate ? (['imm'] as const) : (names as OperandName[]);
  if (operands.some((operand) => widths[operand] === undefined)) {
    throw new Error(`unknown field '${token}' in an encoding`);
  }
  const whole = isPrimed ? 3 : widths[operands[0]!];
  const parts = (ranges ?? `${whole - 1}:0`).split('|').map((range) => {
    const [high, low] = range.split(':').map(Number);
    return { high: high!, low: low ?? high! };
  });
  return {
    name,
    operands,
    ranges: parts,
    width: parts.reduce((sum, { high, low }) => sum + high - low + 1, 0),
    signedBits: names[0] === 'imm' ? 1 : 0,
    bias: isPrimed ? 8 : 0,
    forbidden: [
      ...(nonZero ? [0] : []),
      ...(set ?? single ?? '').split(',').filter(Boolean).map(Number),
    ],
  };
}

/** Whether `bits` fits the fixed bits and the forbidden values. */
export function matches(encoding: Encoding, bits: number): boolean {
  if ((bits & encoding.mask) !== encoding.match) return false;
  const { fields } = encoding;
  for (let i = 0; i < fields.length; i++) {
    const { forbidden } = fields[i]!;
    if (forbidden.length > 0 && forbidden.includes(fieldValue(fields[i]!, bits))) return false;
  }
  return true;
}

export function noOperands(): Operands {
  return {
    rd: 0,
    rs1: 0,
    rs2: 0,
    rs3: 0,
    imm: 0,
    rm: 0,
    csr: 0,
    aq: 0,
    rl: 0,
    fm: 0,
    pred: 0,
    succ: 0,
  };
}

export function extractOperands(encoding: Encoding, bits: number): Operands {
  const operands = noOperands();
  const { fields } = encoding;
  for (let i = 0; i < fields.length; i++) {
    const value = fieldValue(fields[i]!, bits);
    const names = fields[i]!.operands;
    for (let j = 0; j < names.length; j++) operands[names[j]!] = value;
  }
  return operands;
}

/** The word that carries these operands, or undefined when one does not fit its field. */
export function insertOperands(encoding: Encoding, operands: Operands): number | undefined {
  let bits = encoding.match;
  for (const field of encoding.fields) {
    const value = operands[field.operands[0]!];
    if (field.operands.some((operand) => operands[operand] !== value)) return undefined;
    for (const { at, width, to } of field.pieces) {
      bits |= (((value - field.bias) >>> to) & (2 ** width - 1)) << at;
    }
    if (fieldValue(field, bits) !== value || field.forbidden.includes(value)) return undefined;
  }
  return encoding.lengthBytes === 2 ? bits & 0xffff : bits | 0;
}

function fieldValue(field: Field, bits: number): number {
  let value = 0;
  const { pieces } = field;
  for (let i = 0; i < pieces.length; i++) {
    const { at, width, to } = pieces[i]!;
    value |= ((bits >>> at) & ((1 << width) - 1)) << to;
  }
  if (field.signedBits > 0) value = (value << (32 - field.signedBits)) >> (32 - field.signedBits);
  return value + field.bias;
}

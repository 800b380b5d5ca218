import { REGISTER_WORDS } from '../../emulator/index.js';
import type { Kernel } from '../kernel.js';
import { releaseMemory } from '../process/exit.js';
import { applyMemoryLimits } from '../process/limits.js';
import { PC_WORD, REG_SP, registerWord } from '../process/registers.js';
import { walkRobustList } from '../process/robust-list.js';
import { NO_ALTERNATE_STACK, type Task } from '../process/task.js';
import type { LoadedProgram } from './load.js';

/** The point of no return of execve(2): the calling task becomes the only one of the new program. */
export function replaceProgram(kernel: Kernel, task: Task, loaded: LoadedProgram): void {
  const { process } = task;
  for (const each of process.tasks) walkRobustList(kernel, each);
  for (const other of [...process.tasks]) {
    if (other !== task) kernel.dropTask(other);
  }
  releaseMemory(kernel, process);
  process.program.file.executing--;
  process.program.file.release();
  if (process.descriptors.isShared) {
    const own = process.descriptors.copy();
    process.descriptors.release();
    process.descriptors = own;
  }
  process.descriptors.closeOnExec();
  process.actions = process.actions.copy();
  process.actions.resetHandlers();
  process.dropTimers('created');
  process.hasExecuted = true;
  process.isDumpable = true;
  task.alternateStack = NO_ALTERNATE_STACK;
  task.clearChildTid = 0;
  task.robustList = 0;
  process.sharedMemory = { memory: loaded.memory, users: 1 };
  adoptProgram(task, loaded);
  loaded.memory.activate();
  kernel.scheduler.current = task;
  kernel.machine.hart.loadRegisters(task.registers);
  kernel.afterExec(process);
}

/** Gives a task its program and the registers that it starts with. */
export function adoptProgram(task: Task, loaded: LoadedProgram): void {
  const { process } = task;
  applyMemoryLimits(loaded.memory, process.limits);
  process.program = loaded.program;
  loaded.program.file.retain();
  loaded.program.file.executing++;
  task.name = loaded.name;
  task.registers.set(initialRegisters(loaded.pc, loaded.sp));
}

function initialRegisters(pc: number, sp: number): Uint32Array {
  const registers = new Uint32Array(REGISTER_WORDS);
  registers[PC_WORD] = pc;
  registers[PC_WORD + 1] = Math.floor(pc / 2 ** 32);
  registers[registerWord(REG_SP)] = sp;
  registers[registerWord(REG_SP) + 1] = Math.floor(sp / 2 ** 32);
  return registers;
}

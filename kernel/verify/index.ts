export { type KernelParts, kernelView, machineView } from './adapters.js';
export { type Detail, type Explanation, explain, explanation } from './explain.js';
export { type EntryChange, History, type Place, type TrapEvent } from './history.js';
export { ImageMonitor, type WatchedImage } from './image-monitor.js';
export { Monitor, type Monitored } from './monitor.js';
export type { Rule, RuleId, Violation } from './rule.js';
export { rules, verify, violationOf } from './verify.js';
export type {
  EntryWrite,
  FileView,
  FramesView,
  KernelView,
  MachineView,
  RegionView,
  SpaceView,
  TlbEntryView,
  Writer,
} from './views.js';

import { PAGE_SIZE, type Ram } from '../../emulator/index.js';
import { Asids } from './asids.js';
import { demandPaging, type FaultPolicy } from './fault.js';
import type { UserHart } from './fences.js';
import { createMapper, type Mapper } from './mapper.js';
import { PageCache, type Room } from './page-cache.js';
import { PhysicalMemory } from './physical-memory.js';
import { Reclaimer, type Replacement } from './reclaim.js';
import { SwapCache } from './swap-cache.js';
import { SwapDevice } from './swap-device.js';
import type { VirtualMemory } from './virtual-memory.js';

/** What a region costs, or a gap: about as much as Linux's vm_area_struct. */
const NODE_BYTES = 128;

/** The step meter. */
export interface MemoryHost {
  charge(steps: number): void;
}

export interface MemorySystemOptions {
  readonly machine: { readonly ram: Ram; readonly hart: UserHart };
  readonly host: MemoryHost;
  /** Given when other parts of the kernel take frames before there is a MemorySystem. */
  readonly frames?: PhysicalMemory;
  /** Who keeps A and D bits: the walk (default), or the fault path, as Svade demands. */
  readonly adBits?: 'svadu' | 'svade';
  readonly faultPolicy?: FaultPolicy;
  /** Size of the swap device, a multiple of 4096; default: none. */
  readonly swapBytes?: number | undefined;
  /** Which page goes to it; default: clock. */
  readonly replacement?: Replacement | undefined;
  /** Whether there are files with a backing store, whose frames can be had back. Default: no. */
  readonly hasDisk?: boolean;
  readonly createMapper?: (placement: 'top-down' | 'bottom-up') => Mapper;
}

/** What all address spaces of one machine share. */
export class MemorySystem {
  readonly ram: Ram;
  readonly hart: UserHart;
  readonly frames: PhysicalMemory;
  readonly host: MemoryHost;
  readonly asids = new Asids();
  readonly adBits: 'svadu' | 'svade';
  readonly faultPolicy: FaultPolicy;
  readonly createMapper: (placement: 'top-down' | 'bottom-up') => Mapper;
  readonly swap: SwapDevice | undefined;
  readonly reclaimer: Reclaimer;
  readonly spaces = new Set<VirtualMemory>();
  /** vm.overcommit_memory: 0 refuses what obviously cannot be had, 1 nothing, 2 all past the limit. */
  overcommitMode: 0 | 1 | 2 = 0;
  /** vm.overcommit_ratio, percent of RAM. */
  overcommitRatio = 50;
  /** Nodes of all region trees at most: what was asked for since they were counted, and those. */
  private treeNodes = 0;
  private readonly maxTreeNodes: number;
  /** Whose page table satp names. */
  active: VirtualMemory | undefined;
  lastInode = 0;

  constructor(o: MemorySystemOptions) {
    this.ram = o.machine.ram;
    this.hart = o.machine.hart;
    this.frames = o.frames ?? new PhysicalMemory(o.machine.ram);
    this.host = o.host;
    this.adBits = o.adBits ?? 'svadu';
    this.faultPolicy = o.faultPolicy ?? demandPaging;
    this.swap = o.swapBytes ? new SwapDevice(o.swapBytes) : undefined;
    this.reclaimer = new Reclaimer(this, o.replacement ?? 'clock', o.hasDisk ?? false);
    this.createMapper = o.createMapper ?? createMapper;
    this.maxTreeNodes = Math.floor((this.ram.frameCount * PAGE_SIZE) / NODE_BYTES);
  }

  /**
   * Whether the trees of all spaces together may have so many more nodes: they stand in the host's
   * memory, but at the expense of the guest's, so that spaces without end do not eat up the host.
   */
  mayGrowTrees(nodes: number): boolean {
    this.treeNodes += nodes;
    if (this.treeNodes <= this.maxTreeNodes) return true;
    this.treeNodes = nodes;
    for (const { mapper } of this.spaces) this.treeNodes += 2 * mapper.stats().regions;
    return this.treeNodes <= this.maxTreeNodes;
  }

  /** The page cache of a new file in memory. */
  createCache(room?: Room): PageCache {
    return this.swap === undefined ? new PageCache(this.frames, room) : new SwapCache(this, room);
  }

  /** Inode numbers of nameless shared memory. */
  newInode(): number {
    return ++this.lastInode;
  }
}

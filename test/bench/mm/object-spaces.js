// What one would write without mm: mappings as objects in an ordered store. Free ranges are found by
// looking through the mappings from the lowest.

export class ObjectSpace {
  constructor(start, store) {
    this.start = start;
    this.store = store;
  }

  mapAny(length) {
    let at = this.start;
    for (const region of this.store.from(at)) {
      if (region.start - at >= length) break;
      at = region.end;
    }
    this.store.add({ start: at, end: at + length, prot: 3 });
    return at;
  }

  /** Cuts the range out of whatever overlaps it. */
  unmap(start, length) {
    const end = start + length;
    const overlapping = [];
    for (const region of this.store.from(this.store.floor(start)?.start ?? start)) {
      if (region.start >= end) break;
      if (region.end > start) overlapping.push(region);
    }
    for (const region of overlapping) {
      this.store.remove(region);
      if (region.start < start) this.store.add({ ...region, end: start });
      if (region.end > end) this.store.add({ ...region, start: end });
    }
  }

  mapAt(start, length) {
    this.unmap(start, length);
    this.store.add({ start, end: start + length, prot: 3 });
  }

  /** Of a range inside one region; merges with equal neighbours. */
  protect(start, length, prot) {
    let piece = { ...this.store.floor(start), start, end: start + length, prot };
    this.unmap(start, length);
    const before = this.store.floor(start);
    if (before?.end === start && before.prot === prot) {
      this.store.remove(before);
      piece = { ...piece, start: before.start };
    }
    const after = this.store.floor(piece.end);
    if (after?.start === piece.end && after.prot === prot) {
      this.store.remove(after);
      piece = { ...piece, end: after.end };
    }
    this.store.add(piece);
  }

  queryPage(address) {
    const region = this.store.floor(address);
    return region !== undefined && region.end > address ? region : undefined;
  }
}

/** A sorted array, searched by halves. */
export class ArrayStore {
  items = [];

  floor(address) {
    return this.items[this.indexAfter(address) - 1];
  }

  *from(address) {
    for (let i = this.indexAfter(address - 1); i < this.items.length; i++) yield this.items[i];
  }

  add(region) {
    this.items.splice(this.indexAfter(region.start), 0, region);
  }

  remove(region) {
    this.items.splice(this.indexAfter(region.start) - 1, 1);
  }

  /** The index of the first region that starts after an address. */
  indexAfter(address) {
    let low = 0;
    let high = this.items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.items[middle].start <= address) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A B+ tree of sorted-btree, keyed by start. */
export class TreeStore {
  constructor(tree) {
    this.tree = tree;
  }

  floor(address) {
    return this.tree.getPairOrNextLower(address)?.[1];
  }

  from(address) {
    return this.tree.values(address);
  }

  add(region) {
    this.tree.set(region.start, region);
  }

  remove(region) {
    this.tree.delete(region.start);
  }
}

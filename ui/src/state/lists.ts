// Lists of things that have a name.

/** The list with `item` in the place of the one of its name, or at the end. */
export function withOne<T>(list: T[], item: T, name: (item: T) => string): T[] {
  const at = list.findIndex((old) => name(old) === name(item));
  return at < 0 ? [...list, item] : list.with(at, item);
}

/** The same for a list that begins with the newest. */
export function withFirst<T>(list: T[], item: T, name: (item: T) => string): T[] {
  return list.some((old) => name(old) === name(item)) ? withOne(list, item, name) : [item, ...list];
}

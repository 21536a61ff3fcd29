/** The name, or the first one like it that none of the others has yet: `sales`, `sales-2`. */
export function newName(others: { name: string }[], wanted: string): string {
  const taken = new Set(others.map(({ name }) => name));
  let name = wanted;
  for (let number = 2; taken.has(name); number += 1) name = `${wanted}-${number}`;
  return name;
}

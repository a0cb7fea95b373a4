/** The same object with some members replaced. All others run on the object itself. */
export function overriding<T extends object>(target: T, members: Partial<T>): T {
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(name in members ? members : target, name)
      return typeof member === 'function' && !(name in members) ? member.bind(target) : member
    },
  })
}

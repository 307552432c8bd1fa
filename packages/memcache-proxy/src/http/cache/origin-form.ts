/**
 * The path and query of a request target, also of one in absolute form (`GET http://host/path`), cut as the router
 * does. Source: RFC 9112, section 3.2.
 */
export function originForm(target: string): string {
  return target.startsWith('/') ? target : target.replace(/^https?:\/\/.*?\//, '/');
}

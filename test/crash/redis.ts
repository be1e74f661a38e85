/** placeholder */
export function redisServers(): { start(): Promise<string>; stop(): Promise<void> } | null {
  return null;
}

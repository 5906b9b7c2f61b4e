/** One server-sent event (WHATWG HTML §9.2). */
export interface ServerEvent {
  id: string | null;
  data: string;
}

/** Reads `text/event-stream` bytes. Comments, `event:` and `retry:` lines are passed over. */
export async function* events(stream: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let id: string | null = null;
  let data: string[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + decoder.decode(value, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (data.length) yield { id, data: data.join('\n') };
        data = [];
        continue;
      }
      const [, field, text = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (field === 'data') data.push(text);
      else if (field === 'id') id = text;
    }
  }
}

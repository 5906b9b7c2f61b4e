// Short messages at the edge of the window, gone after a while.

export interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'bad';
}

const SHOWN_MS = 7000;
const AT_MOST = 4;

export class Toasts {
  list = $state.raw<Toast[]>([]);
  #next = 1;

  show(text: string, tone: Toast['tone'] = 'plain') {
    const toast = { id: this.#next++, text, tone };
    this.list = [...this.list.filter((old) => old.text !== text), toast].slice(-AT_MOST);
    setTimeout(() => this.dismiss(toast.id), SHOWN_MS);
  }

  dismiss(id: number) {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}

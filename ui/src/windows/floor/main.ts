import { mount } from 'svelte';
import '../../parts/theme.css';
import { chooseHost, Refusal } from '../../host';
import { refusalSentence } from '../../i18n/sentences';
import { Desk } from '../../state/desk.svelte';
import FloorWindow from './FloorWindow.svelte';

const app = document.getElementById('app')!;

try {
  const desk = new Desk(await chooseHost());
  mount(FloorWindow, { target: app, props: { desk } });
  await desk.connect();
} catch (thrown) {
  // Without a host there is nothing to show but why.
  app.textContent ||= refusalSentence(Refusal.from(thrown));
}

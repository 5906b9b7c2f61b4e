import { mount } from 'svelte';
import '../../parts/theme.css';
import { chooseHost } from '../../host';
import { Desk } from '../../state/desk.svelte';
import Main from './Main.svelte';

const desk = new Desk(await chooseHost());
mount(Main, { target: document.getElementById('app')!, props: { desk } });
await desk.connect();

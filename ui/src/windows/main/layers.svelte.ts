import type { Account } from '../../bindings/Account';
import type { Page } from '../../features/settings/page';

/** What lies over the window. */
export class Layers {
  settings = $state(false);
  page = $state<Page>('accounts');
  recordings = $state(false);
  /** The account in the dialog; of `undefined` a new one is made. */
  editing = $state.raw<{ account: Account | undefined } | null>(null);

  get any(): boolean {
    return this.settings || this.recordings || this.editing !== null;
  }

  openSettings(page: Page = this.page) {
    this.page = page;
    this.settings = true;
  }
}

/** The pages of the settings. */
export type Page = 'accounts' | 'sound' | 'appearance' | 'keys';

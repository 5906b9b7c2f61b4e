/** The pages of the settings. */
export type Page = 'accounts' | 'cards' | 'clicks' | 'events' | 'pbx' | 'sound' | 'appearance' | 'keys';

/** The pages of the settings. */
export type Page = 'accounts' | 'cards' | 'clicks' | 'events' | 'sound' | 'appearance' | 'keys';

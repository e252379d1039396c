export const TITLE_KINDS = ['video', 'music'] as const;
export type TitleKind = (typeof TITLE_KINDS)[number];

export const ASSET_KINDS = ['media', 'trailer', 'poster'] as const;
/** What a file is to its title. */
export type AssetKind = (typeof ASSET_KINDS)[number];

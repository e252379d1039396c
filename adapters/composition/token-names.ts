/** Who signs access tokens, and for whom: checked at every verification. */
export const TOKEN_ISSUER = 'usher';
export const TOKEN_AUDIENCE = 'usher-api';

/** `usher/http`: the product as a REST service of its own, inside an Express application of yours, or in parts. */
export type { Config } from '../composition/config.ts';
export { seedDemo } from '../composition/demo.ts';
export * as keys from '../composition/keys.ts';
export { instead, type Override } from '../composition/override.ts';
export { ConfigFault, parseConfig } from '../composition/parse-config.ts';
export type { Token } from '../composition/token.ts';
export { composeUsher, type Usher } from '../composition/usher.ts';
export { answerRefusals } from '../http/answer-refusals.ts';
export { createApp, type AppDeps } from '../http/app.ts';
export type { Faces } from '../http/faces.ts';
export { metered, type MeteredOptions } from '../http/metered.ts';
export { openApi, type OpenApiInfo, type OpenApiInput } from '../http/openapi.ts';
export { problemOf, type Problem } from '../http/problems.ts';
export type { Protocol } from '../http/protocol.ts';
export { route, type RawRoute, type Route, type RouteSpec } from '../http/route.ts';
export { rawRoutes, routes } from '../http/routes/all.ts';
export { listen, type Listening, type ListenOptions } from '../http/server.ts';

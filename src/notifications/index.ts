export { createNotifications, type NotificationDeps, type Notifications } from './deliver.ts';
export { notificationPolicy, type Notice, type NoticeKind, type NotificationPolicy } from './notice.ts';
export type { Addresses, Codes, Mail, Mailer, NoticeStore, NotificationStores, Plans } from './ports.ts';

/** A workspace has another time zone: that of everybody whose own is not known. */
export interface ZoneChanged {
  workspaceId: number;
}

declare module '../platform/news.ts' {
  interface News {
    'messages.zone': ZoneChanged;
  }
}

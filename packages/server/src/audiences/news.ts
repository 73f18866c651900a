/** Who has entered an audience that is kept for another room, and who has left it. */
export interface AudienceKept {
  workspaceId: number;
  /** As it is outside. */
  audienceId: string;
  /** Since when it asks what it asks. */
  since: string;
  at: string;
  entered: string[];
  /** Those of them who did for what came by a file; where nobody did, and in news left by an earlier version, not given. */
  imported?: string[];
  left: string[];
}

declare module '../platform/news.ts' {
  interface News {
    'audiences.kept': AudienceKept;
  }
}

/** An upload as its media provider names it. */
export interface RemoteRef {
  readonly provider: string;
  /** The provider's name of the upload, known before its first byte. */
  readonly reference: string;
  /** The provider's name of what became of it, where that is another one; null until it is known. */
  readonly mediaId: string | null;
}

export interface RemoteMedia extends RemoteRef {
  /** What it is played by; null until it is ready. */
  readonly playbackId: string | null;
}

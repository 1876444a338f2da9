import {
  asFailure,
  imports as api,
  type Failure,
  type ImportPreview,
  type ImportProgress,
  type Transport,
  type Upload,
} from '../api'

/**
 * choose: no file yet; reading: it is taken in and looked at; locked: it needs its passphrase;
 * preview: what it would do is known; running; done: it has ended, well or not.
 */
export type Stage = 'choose' | 'reading' | 'locked' | 'preview' | 'running' | 'done'

/** An import from the file to the result. It goes on while other pages are shown. */
export class Imports {
  #stage = $state<Stage>('choose')
  #upload = $state.raw<Upload | null>(null)
  #preview = $state.raw<ImportPreview | null>(null)
  #progress = $state.raw<ImportProgress | null>(null)
  #failure = $state.raw<Failure | null>(null)
  #passphrase = ''
  readonly #transport: Transport

  /** Milliseconds between two questions how far it is. */
  static readonly pause: number = 300

  constructor(transport: Transport) {
    this.#transport = transport
  }

  get stage(): Stage {
    return this.#stage
  }

  get file(): Upload | null {
    return this.#upload
  }

  get preview(): ImportPreview | null {
    return this.#preview
  }

  /** Null until an import was started. */
  get progress(): ImportProgress | null {
    return this.#progress
  }

  /** Why the last step did not work; null when it did. */
  get failure(): Failure | null {
    return this.#failure
  }

  /** Whether a file can be dropped onto the page. */
  get takesDrops(): boolean {
    return this.#transport.upload !== null
  }

  /** Lets a person choose a file; tells whether one was chosen. */
  choose = (): Promise<boolean> => this.#take(() => this.#transport.open())

  drop = (file: File): Promise<boolean> =>
    this.#take(async () => (await this.#transport.upload?.(file)) ?? null)

  unlock = async (passphrase: string): Promise<void> => {
    this.#passphrase = passphrase
    await this.#look()
  }

  /** Imports what the preview shows; with calls, an old server's call log too. */
  start = async (calls: boolean): Promise<void> => {
    if (!this.#upload) return
    this.#failure = null
    this.#progress = null
    try {
      await api.start(this.#upload.id, this.#passphrase, calls)
    } catch (reason) {
      this.#failure = asFailure(reason, 'Imports.Start')
      return
    }
    this.#stage = 'running'
    await this.#follow()
  }

  /** Finds an import that runs since before this window was opened. */
  resume = async (): Promise<void> => {
    if (this.#stage !== 'choose') return
    const progress = await api.progress().catch(() => null)
    if (!progress?.running || this.#stage !== 'choose') return
    this.#progress = progress
    this.#stage = 'running'
    await this.#follow()
  }

  reset = () => {
    this.#stage = 'choose'
    this.#upload = null
    this.#preview = null
    this.#progress = null
    this.#failure = null
    this.#passphrase = ''
  }

  async #take(file: () => Promise<Upload | null>): Promise<boolean> {
    this.#failure = null
    try {
      const taken = await file()
      if (!taken) return false
      this.#passphrase = ''
      this.#preview = null
      this.#upload = taken
    } catch (reason) {
      this.#failure = asFailure(reason, 'open')
      return true
    }
    await this.#look()
    return true
  }

  async #look() {
    const upload = this.#upload
    if (!upload) return
    this.#failure = null
    const before = this.#stage
    this.#stage = 'reading'
    try {
      const preview = await api.preview(upload.id, this.#passphrase)
      if (upload !== this.#upload) return
      this.#preview = { ...preview, changes: preview.changes ?? [] }
      this.#stage = preview.encrypted ? 'locked' : 'preview'
    } catch (reason) {
      if (upload !== this.#upload) return
      this.#failure = asFailure(reason, 'Imports.Preview')
      this.#stage = before === 'locked' ? 'locked' : 'choose'
    }
  }

  async #follow() {
    let misses = 0
    for (;;) {
      try {
        const progress = await api.progress()
        misses = 0
        this.#failure = null
        this.#progress = progress
        if (!progress.running) break
      } catch (reason) {
        // It goes on without a window: only who can't be asked for long is given up.
        this.#failure = asFailure(reason, 'Imports.Progress')
        if (this.#failure.code === 'login_required' || ++misses >= 20) break
      }
      await new Promise((resolve) => setTimeout(resolve, Imports.pause))
    }
    this.#stage = 'done'
  }
}

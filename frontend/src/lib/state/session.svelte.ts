import { asFailure, type Failure, type Transport } from '../api'

/** Who is at the window. A native window needs no login. */
export class Session {
  #state = $state<'checking' | 'out' | 'in'>('checking')
  #username = $state('')
  #failure = $state.raw<Failure | null>(null)
  #transport: Transport | null = null

  get state() {
    return this.#state
  }

  get username(): string {
    return this.#username
  }

  /** Why the program could not be asked; null when it could. */
  get failure(): Failure | null {
    return this.#failure
  }

  get canLogOut(): boolean {
    return this.#transport?.kind === 'browser'
  }

  async check(transport: Transport): Promise<void> {
    this.#transport = transport
    try {
      this.#username = (await transport.session()).username
      this.#state = 'in'
      this.#failure = null
    } catch (reason) {
      const failure = asFailure(reason, 'session')
      this.#state = 'out'
      this.#failure = failure.code === 'login_required' ? null : failure
    }
  }

  /** Rejects with a Failure: login_wrong, login_throttled, … */
  async login(username: string, password: string): Promise<void> {
    await this.#transport?.login(username, password)
    this.#username = username
    this.#failure = null
    this.#state = 'in'
  }

  logout = async (): Promise<void> => {
    await this.#transport?.logout()
    this.expire()
  }

  expire = () => {
    this.#state = 'out'
    this.#username = ''
  }
}

export namespace api {
	
	export class About {
	    version: string;
	    dataFolder: string;
	    systemLocale: string;
	    addressOverride: string;
	    guarded: boolean;
	    notices: app.Notice[];
	
	    static createFrom(source: any = {}) {
	        return new About(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.version = source["version"];
	        this.dataFolder = source["dataFolder"];
	        this.systemLocale = source["systemLocale"];
	        this.addressOverride = source["addressOverride"];
	        this.guarded = source["guarded"];
	        this.notices = this.convertValues(source["notices"], app.Notice);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Backup {
	    name: string;
	    at: number;
	    size: number;
	
	    static createFrom(source: any = {}) {
	        return new Backup(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.at = source["at"];
	        this.size = source["size"];
	    }
	}
	export class GatewayStatus {
	    state: string;
	    address: string;
	    baseUrl: string;
	    error?: apperr.Error;
	    reach: string[];
	    offlineSince: number;
	
	    static createFrom(source: any = {}) {
	        return new GatewayStatus(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.state = source["state"];
	        this.address = source["address"];
	        this.baseUrl = source["baseUrl"];
	        this.error = this.convertValues(source["error"], apperr.Error);
	        this.reach = source["reach"];
	        this.offlineSince = source["offlineSince"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}

}

export namespace app {
	
	export class ImportPreview {
	    kind: string;
	    encrypted: boolean;
	    changes: catalog.Change[];
	    oldServer?: oldserver.Preview;
	
	    static createFrom(source: any = {}) {
	        return new ImportPreview(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.kind = source["kind"];
	        this.encrypted = source["encrypted"];
	        this.changes = this.convertValues(source["changes"], catalog.Change);
	        this.oldServer = this.convertValues(source["oldServer"], oldserver.Preview);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class ImportProgress {
	    running: boolean;
	    count: number;
	    total: number;
	    error?: apperr.Error;
	    changes: catalog.Change[];
	    madeKeys: catalog.MadeKey[];
	    oddities: oldserver.Oddity[];
	
	    static createFrom(source: any = {}) {
	        return new ImportProgress(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.running = source["running"];
	        this.count = source["count"];
	        this.total = source["total"];
	        this.error = this.convertValues(source["error"], apperr.Error);
	        this.changes = this.convertValues(source["changes"], catalog.Change);
	        this.madeKeys = this.convertValues(source["madeKeys"], catalog.MadeKey);
	        this.oddities = this.convertValues(source["oddities"], oldserver.Oddity);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class KeysState {
	    kept: string;
	    locked?: apperr.Error;
	    choices: string[];
	
	    static createFrom(source: any = {}) {
	        return new KeysState(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.kept = source["kept"];
	        this.locked = this.convertValues(source["locked"], apperr.Error);
	        this.choices = source["choices"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Notice {
	    code: string;
	    params: Record<string, string>;
	
	    static createFrom(source: any = {}) {
	        return new Notice(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.code = source["code"];
	        this.params = source["params"];
	    }
	}
	export class SupportBundle {
	    id: string;
	    files: support.File[];
	
	    static createFrom(source: any = {}) {
	        return new SupportBundle(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.files = this.convertValues(source["files"], support.File);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Upload {
	    id: string;
	    name: string;
	    size: number;
	
	    static createFrom(source: any = {}) {
	        return new Upload(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.name = source["name"];
	        this.size = source["size"];
	    }
	}

}

export namespace apperr {
	
	export class Error {
	    code: string;
	    params?: Record<string, string>;
	    problem?: Error;
	
	    static createFrom(source: any = {}) {
	        return new Error(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.code = source["code"];
	        this.params = source["params"];
	        this.problem = this.convertValues(source["problem"], Error);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}

}

export namespace calllog {
	
	export class Rule {
	    of: string;
	    statusFrom: number;
	    statusTo: number;
	    text: string;
	    regex: boolean;
	    action: string;
	    cooldownSeconds: number;
	
	    static createFrom(source: any = {}) {
	        return new Rule(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.of = source["of"];
	        this.statusFrom = source["statusFrom"];
	        this.statusTo = source["statusTo"];
	        this.text = source["text"];
	        this.regex = source["regex"];
	        this.action = source["action"];
	        this.cooldownSeconds = source["cooldownSeconds"];
	    }
	}
	export class Attempt {
	    memberId: number;
	    providerId: number;
	    provider: string;
	    model: string;
	    keyHint: string;
	    priority: number;
	    startMs: number;
	    connectMs?: number;
	    firstByteMs?: number;
	    firstTokenMs?: number;
	    totalMs: number;
	    status: number;
	    class: string;
	    blames: string;
	    action: string;
	    reason: string;
	    message: string;
	    keyword: string;
	    benchMs: number;
	    rule?: Rule;
	
	    static createFrom(source: any = {}) {
	        return new Attempt(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.memberId = source["memberId"];
	        this.providerId = source["providerId"];
	        this.provider = source["provider"];
	        this.model = source["model"];
	        this.keyHint = source["keyHint"];
	        this.priority = source["priority"];
	        this.startMs = source["startMs"];
	        this.connectMs = source["connectMs"];
	        this.firstByteMs = source["firstByteMs"];
	        this.firstTokenMs = source["firstTokenMs"];
	        this.totalMs = source["totalMs"];
	        this.status = source["status"];
	        this.class = source["class"];
	        this.blames = source["blames"];
	        this.action = source["action"];
	        this.reason = source["reason"];
	        this.message = source["message"];
	        this.keyword = source["keyword"];
	        this.benchMs = source["benchMs"];
	        this.rule = this.convertValues(source["rule"], Rule);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Header {
	    name: string;
	    value: string;
	
	    static createFrom(source: any = {}) {
	        return new Header(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.value = source["value"];
	    }
	}
	export class Bodies {
	    requestHeaders: Header[];
	    request: string;
	    requestCut: boolean;
	    reply: string;
	    replyCut: boolean;
	
	    static createFrom(source: any = {}) {
	        return new Bodies(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.requestHeaders = this.convertValues(source["requestHeaders"], Header);
	        this.request = source["request"];
	        this.requestCut = source["requestCut"];
	        this.reply = source["reply"];
	        this.replyCut = source["replyCut"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Figures {
	    calls: number;
	    ok: number;
	    failed: number;
	    partial: number;
	    canceled: number;
	    refused: number;
	    interrupted: number;
	    rescued: number;
	    attempts: number;
	    attemptsFailed: number;
	    successRate?: number;
	    meanMs?: number;
	    p50Ms?: number;
	    p95Ms?: number;
	    p99Ms?: number;
	    firstTokenMs?: number;
	    firstTokenP50Ms?: number;
	    firstTokenP95Ms?: number;
	    firstTokenP99Ms?: number;
	    inputTokens?: number;
	    inputUnknown: number;
	    outputTokens?: number;
	    outputUnknown: number;
	    cachedTokens?: number;
	    cachedUnknown: number;
	    reasoningTokens?: number;
	    reasoningUnknown: number;
	    costNanos?: number;
	    costUnknown: number;
	
	    static createFrom(source: any = {}) {
	        return new Figures(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.calls = source["calls"];
	        this.ok = source["ok"];
	        this.failed = source["failed"];
	        this.partial = source["partial"];
	        this.canceled = source["canceled"];
	        this.refused = source["refused"];
	        this.interrupted = source["interrupted"];
	        this.rescued = source["rescued"];
	        this.attempts = source["attempts"];
	        this.attemptsFailed = source["attemptsFailed"];
	        this.successRate = source["successRate"];
	        this.meanMs = source["meanMs"];
	        this.p50Ms = source["p50Ms"];
	        this.p95Ms = source["p95Ms"];
	        this.p99Ms = source["p99Ms"];
	        this.firstTokenMs = source["firstTokenMs"];
	        this.firstTokenP50Ms = source["firstTokenP50Ms"];
	        this.firstTokenP95Ms = source["firstTokenP95Ms"];
	        this.firstTokenP99Ms = source["firstTokenP99Ms"];
	        this.inputTokens = source["inputTokens"];
	        this.inputUnknown = source["inputUnknown"];
	        this.outputTokens = source["outputTokens"];
	        this.outputUnknown = source["outputUnknown"];
	        this.cachedTokens = source["cachedTokens"];
	        this.cachedUnknown = source["cachedUnknown"];
	        this.reasoningTokens = source["reasoningTokens"];
	        this.reasoningUnknown = source["reasoningUnknown"];
	        this.costNanos = source["costNanos"];
	        this.costUnknown = source["costUnknown"];
	    }
	}
	export class Bucket {
	    start: number;
	    figures: Figures;
	
	    static createFrom(source: any = {}) {
	        return new Bucket(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.start = source["start"];
	        this.figures = this.convertValues(source["figures"], Figures);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Cleared {
	    removed: number;
	    more: boolean;
	
	    static createFrom(source: any = {}) {
	        return new Cleared(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.removed = source["removed"];
	        this.more = source["more"];
	    }
	}
	export class Row {
	    seq: number;
	    id: string;
	    startedAt: number;
	    durationMs: number;
	    firstTokenMs?: number;
	    route: string;
	    apiKeyId: number;
	    apiKey: string;
	    groupId: number;
	    model: string;
	    stream: boolean;
	    state: string;
	    status: number;
	    errorCode: string;
	    message: string;
	    attempts: number;
	    providerId: number;
	    provider: string;
	    member: string;
	    inputTokens?: number;
	    outputTokens?: number;
	    costNanos?: number;
	
	    static createFrom(source: any = {}) {
	        return new Row(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.seq = source["seq"];
	        this.id = source["id"];
	        this.startedAt = source["startedAt"];
	        this.durationMs = source["durationMs"];
	        this.firstTokenMs = source["firstTokenMs"];
	        this.route = source["route"];
	        this.apiKeyId = source["apiKeyId"];
	        this.apiKey = source["apiKey"];
	        this.groupId = source["groupId"];
	        this.model = source["model"];
	        this.stream = source["stream"];
	        this.state = source["state"];
	        this.status = source["status"];
	        this.errorCode = source["errorCode"];
	        this.message = source["message"];
	        this.attempts = source["attempts"];
	        this.providerId = source["providerId"];
	        this.provider = source["provider"];
	        this.member = source["member"];
	        this.inputTokens = source["inputTokens"];
	        this.outputTokens = source["outputTokens"];
	        this.costNanos = source["costNanos"];
	    }
	}
	export class Detail {
	    row: Row;
	    userAgent: string;
	    bytesIn: number;
	    bytesOut: number;
	    cachedInputTokens?: number;
	    reasoningTokens?: number;
	    costSource: string;
	    hasBodies: boolean;
	    attempts: Attempt[];
	
	    static createFrom(source: any = {}) {
	        return new Detail(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.row = this.convertValues(source["row"], Row);
	        this.userAgent = source["userAgent"];
	        this.bytesIn = source["bytesIn"];
	        this.bytesOut = source["bytesOut"];
	        this.cachedInputTokens = source["cachedInputTokens"];
	        this.reasoningTokens = source["reasoningTokens"];
	        this.costSource = source["costSource"];
	        this.hasBodies = source["hasBodies"];
	        this.attempts = this.convertValues(source["attempts"], Attempt);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	
	
	export class Health {
	    written: number;
	    dropped: number;
	    droppedBodies: number;
	    error: string;
	
	    static createFrom(source: any = {}) {
	        return new Health(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.written = source["written"];
	        this.dropped = source["dropped"];
	        this.droppedBodies = source["droppedBodies"];
	        this.error = source["error"];
	    }
	}
	export class KeywordFinds {
	    looked: number;
	    withText: number;
	    matched: number;
	    succeeded: number;
	    since: number;
	    rows: Row[];
	
	    static createFrom(source: any = {}) {
	        return new KeywordFinds(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.looked = source["looked"];
	        this.withText = source["withText"];
	        this.matched = source["matched"];
	        this.succeeded = source["succeeded"];
	        this.since = source["since"];
	        this.rows = this.convertValues(source["rows"], Row);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Page {
	    rows: Row[];
	    more: boolean;
	    cut: boolean;
	    next: number;
	
	    static createFrom(source: any = {}) {
	        return new Page(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.rows = this.convertValues(source["rows"], Row);
	        this.more = source["more"];
	        this.cut = source["cut"];
	        this.next = source["next"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Part {
	    id: number;
	    name: string;
	    others: number;
	    share?: number;
	    figures: Figures;
	
	    static createFrom(source: any = {}) {
	        return new Part(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.name = source["name"];
	        this.others = source["others"];
	        this.share = source["share"];
	        this.figures = this.convertValues(source["figures"], Figures);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Query {
	    before: number;
	    after: number;
	    limit: number;
	    states: string[];
	    groupId: number;
	    apiKeyId: number;
	    id: string;
	    providerId: number;
	    member: string;
	    model: string;
	    from: number;
	    to: number;
	    text: string;
	
	    static createFrom(source: any = {}) {
	        return new Query(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.before = source["before"];
	        this.after = source["after"];
	        this.limit = source["limit"];
	        this.states = source["states"];
	        this.groupId = source["groupId"];
	        this.apiKeyId = source["apiKeyId"];
	        this.id = source["id"];
	        this.providerId = source["providerId"];
	        this.member = source["member"];
	        this.model = source["model"];
	        this.from = source["from"];
	        this.to = source["to"];
	        this.text = source["text"];
	    }
	}
	
	
	export class Stats {
	    from: number;
	    to: number;
	    totals: Figures;
	    before: Figures;
	    series: Bucket[];
	    byModel: Part[];
	    byGroup: Part[];
	    byApiKey: Part[];
	    byProvider: Part[];
	    byMember: Part[];
	
	    static createFrom(source: any = {}) {
	        return new Stats(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.from = source["from"];
	        this.to = source["to"];
	        this.totals = this.convertValues(source["totals"], Figures);
	        this.before = this.convertValues(source["before"], Figures);
	        this.series = this.convertValues(source["series"], Bucket);
	        this.byModel = this.convertValues(source["byModel"], Part);
	        this.byGroup = this.convertValues(source["byGroup"], Part);
	        this.byApiKey = this.convertValues(source["byApiKey"], Part);
	        this.byProvider = this.convertValues(source["byProvider"], Part);
	        this.byMember = this.convertValues(source["byMember"], Part);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class StatsQuery {
	    from: number;
	    to: number;
	    zone: string;
	    buckets: number;
	    top: number;
	    groupId: number;
	    apiKeyId: number;
	    providerId: number;
	    member: string;
	    model: string;
	
	    static createFrom(source: any = {}) {
	        return new StatsQuery(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.from = source["from"];
	        this.to = source["to"];
	        this.zone = source["zone"];
	        this.buckets = source["buckets"];
	        this.top = source["top"];
	        this.groupId = source["groupId"];
	        this.apiKeyId = source["apiKeyId"];
	        this.providerId = source["providerId"];
	        this.member = source["member"];
	        this.model = source["model"];
	    }
	}

}

export namespace catalog {
	
	export class APIKey {
	    id: number;
	    name: string;
	    prefix: string;
	    lastFour: string;
	    groupIds: number[];
	    models: boolean;
	    enabled: boolean;
	    expiresAt: number;
	    lastUsedAt: number;
	    createdAt: number;
	    previousLastFour: string;
	    previousUntil: number;
	
	    static createFrom(source: any = {}) {
	        return new APIKey(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.name = source["name"];
	        this.prefix = source["prefix"];
	        this.lastFour = source["lastFour"];
	        this.groupIds = source["groupIds"];
	        this.models = source["models"];
	        this.enabled = source["enabled"];
	        this.expiresAt = source["expiresAt"];
	        this.lastUsedAt = source["lastUsedAt"];
	        this.createdAt = source["createdAt"];
	        this.previousLastFour = source["previousLastFour"];
	        this.previousUntil = source["previousUntil"];
	    }
	}
	export class APIKeyInput {
	    id: number;
	    name: string;
	    groupIds: number[];
	    models: boolean;
	    enabled: boolean;
	    expiresAt: number;
	    key: string;
	
	    static createFrom(source: any = {}) {
	        return new APIKeyInput(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.name = source["name"];
	        this.groupIds = source["groupIds"];
	        this.models = source["models"];
	        this.enabled = source["enabled"];
	        this.expiresAt = source["expiresAt"];
	        this.key = source["key"];
	    }
	}
	export class Detail {
	    code: string;
	    params: Record<string, string>;
	
	    static createFrom(source: any = {}) {
	        return new Detail(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.code = source["code"];
	        this.params = source["params"];
	    }
	}
	export class Change {
	    action: string;
	    kind: string;
	    name: string;
	    of: string;
	    details: Detail[];
	
	    static createFrom(source: any = {}) {
	        return new Change(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.action = source["action"];
	        this.kind = source["kind"];
	        this.name = source["name"];
	        this.of = source["of"];
	        this.details = this.convertValues(source["details"], Detail);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	
	export class Rule {
	    statusFrom: number;
	    statusTo: number;
	    text: string;
	    regex: boolean;
	    action: string;
	    cooldownSeconds: number;
	
	    static createFrom(source: any = {}) {
	        return new Rule(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.statusFrom = source["statusFrom"];
	        this.statusTo = source["statusTo"];
	        this.text = source["text"];
	        this.regex = source["regex"];
	        this.action = source["action"];
	        this.cooldownSeconds = source["cooldownSeconds"];
	    }
	}
	export class Member {
	    id: number;
	    modelId: number;
	    providerId: number;
	    provider: string;
	    model: string;
	    priority: number;
	    weight: number;
	    enabled: boolean;
	
	    static createFrom(source: any = {}) {
	        return new Member(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.modelId = source["modelId"];
	        this.providerId = source["providerId"];
	        this.provider = source["provider"];
	        this.model = source["model"];
	        this.priority = source["priority"];
	        this.weight = source["weight"];
	        this.enabled = source["enabled"];
	    }
	}
	export class Group {
	    id: number;
	    name: string;
	    policy: string;
	    enabled: boolean;
	    members: Member[];
	    rules: Rule[];
	    keyless: boolean;
	    createdAt: number;
	    updatedAt: number;
	
	    static createFrom(source: any = {}) {
	        return new Group(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.name = source["name"];
	        this.policy = source["policy"];
	        this.enabled = source["enabled"];
	        this.members = this.convertValues(source["members"], Member);
	        this.rules = this.convertValues(source["rules"], Rule);
	        this.keyless = source["keyless"];
	        this.createdAt = source["createdAt"];
	        this.updatedAt = source["updatedAt"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class MemberInput {
	    id: number;
	    modelId: number;
	    priority: number;
	    weight: number;
	    enabled: boolean;
	
	    static createFrom(source: any = {}) {
	        return new MemberInput(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.modelId = source["modelId"];
	        this.priority = source["priority"];
	        this.weight = source["weight"];
	        this.enabled = source["enabled"];
	    }
	}
	export class GroupInput {
	    id: number;
	    name: string;
	    policy: string;
	    enabled: boolean;
	    members: MemberInput[];
	    rules: Rule[];
	    keyless: boolean;
	
	    static createFrom(source: any = {}) {
	        return new GroupInput(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.name = source["name"];
	        this.policy = source["policy"];
	        this.enabled = source["enabled"];
	        this.members = this.convertValues(source["members"], MemberInput);
	        this.rules = this.convertValues(source["rules"], Rule);
	        this.keyless = source["keyless"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Header {
	    name: string;
	    value: string;
	    hint: string;
	
	    static createFrom(source: any = {}) {
	        return new Header(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.value = source["value"];
	        this.hint = source["hint"];
	    }
	}
	export class KeyHealth {
	    providerKeyId: number;
	    cooldownUntil: number;
	    limited: number;
	    lastFailureAt: number;
	    lastUsedAt: number;
	    class: string;
	    reason: string;
	    message: string;
	
	    static createFrom(source: any = {}) {
	        return new KeyHealth(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.providerKeyId = source["providerKeyId"];
	        this.cooldownUntil = source["cooldownUntil"];
	        this.limited = source["limited"];
	        this.lastFailureAt = source["lastFailureAt"];
	        this.lastUsedAt = source["lastUsedAt"];
	        this.class = source["class"];
	        this.reason = source["reason"];
	        this.message = source["message"];
	    }
	}
	export class KeyPlace {
	    keyId: number;
	    hint: string;
	    providerId: number;
	    provider: string;
	    last: boolean;
	    models: number;
	    groups: string[];
	
	    static createFrom(source: any = {}) {
	        return new KeyPlace(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.keyId = source["keyId"];
	        this.hint = source["hint"];
	        this.providerId = source["providerId"];
	        this.provider = source["provider"];
	        this.last = source["last"];
	        this.models = source["models"];
	        this.groups = source["groups"];
	    }
	}
	export class Keyword {
	    id: number;
	    text: string;
	    regex: boolean;
	    scope: string;
	    groupIds: number[];
	    description: string;
	    enabled: boolean;
	    createdAt: number;
	    hits: number;
	    lastHitAt: number;
	
	    static createFrom(source: any = {}) {
	        return new Keyword(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.text = source["text"];
	        this.regex = source["regex"];
	        this.scope = source["scope"];
	        this.groupIds = source["groupIds"];
	        this.description = source["description"];
	        this.enabled = source["enabled"];
	        this.createdAt = source["createdAt"];
	        this.hits = source["hits"];
	        this.lastHitAt = source["lastHitAt"];
	    }
	}
	export class KeywordTest {
	    parts: string[];
	
	    static createFrom(source: any = {}) {
	        return new KeywordTest(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.parts = source["parts"];
	    }
	}
	export class ListedModel {
	    name: string;
	    knownId: number;
	    contextTokens: number;
	    inputPrice?: number;
	    outputPrice?: number;
	    cachedInputPrice?: number;
	    callPrice?: number;
	    priceSource: string;
	
	    static createFrom(source: any = {}) {
	        return new ListedModel(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.knownId = source["knownId"];
	        this.contextTokens = source["contextTokens"];
	        this.inputPrice = source["inputPrice"];
	        this.outputPrice = source["outputPrice"];
	        this.cachedInputPrice = source["cachedInputPrice"];
	        this.callPrice = source["callPrice"];
	        this.priceSource = source["priceSource"];
	    }
	}
	export class MadeKey {
	    name: string;
	    key: string;
	
	    static createFrom(source: any = {}) {
	        return new MadeKey(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.key = source["key"];
	    }
	}
	
	export class MemberHealth {
	    memberId: number;
	    failures: number;
	    cooldownUntil: number;
	    pinnedUntil: number;
	    trial: boolean;
	    probing: boolean;
	    class: string;
	    reason: string;
	    message: string;
	    lastFailureAt: number;
	
	    static createFrom(source: any = {}) {
	        return new MemberHealth(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.memberId = source["memberId"];
	        this.failures = source["failures"];
	        this.cooldownUntil = source["cooldownUntil"];
	        this.pinnedUntil = source["pinnedUntil"];
	        this.trial = source["trial"];
	        this.probing = source["probing"];
	        this.class = source["class"];
	        this.reason = source["reason"];
	        this.message = source["message"];
	        this.lastFailureAt = source["lastFailureAt"];
	    }
	}
	
	export class Model {
	    id: number;
	    providerId: number;
	    name: string;
	    enabled: boolean;
	    inputPrice?: number;
	    outputPrice?: number;
	    cachedInputPrice?: number;
	    callPrice?: number;
	    contextTokens: number;
	
	    static createFrom(source: any = {}) {
	        return new Model(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.providerId = source["providerId"];
	        this.name = source["name"];
	        this.enabled = source["enabled"];
	        this.inputPrice = source["inputPrice"];
	        this.outputPrice = source["outputPrice"];
	        this.cachedInputPrice = source["cachedInputPrice"];
	        this.callPrice = source["callPrice"];
	        this.contextTokens = source["contextTokens"];
	    }
	}
	export class ModelToAdd {
	    name: string;
	    alias: string;
	    contextTokens: number;
	    inputPrice?: number;
	    outputPrice?: number;
	    cachedInputPrice?: number;
	    callPrice?: number;
	
	    static createFrom(source: any = {}) {
	        return new ModelToAdd(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.alias = source["alias"];
	        this.contextTokens = source["contextTokens"];
	        this.inputPrice = source["inputPrice"];
	        this.outputPrice = source["outputPrice"];
	        this.cachedInputPrice = source["cachedInputPrice"];
	        this.callPrice = source["callPrice"];
	    }
	}
	export class ProviderKeyInput {
	    id: number;
	    secret: string;
	    enabled: boolean;
	
	    static createFrom(source: any = {}) {
	        return new ProviderKeyInput(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.secret = source["secret"];
	        this.enabled = source["enabled"];
	    }
	}
	export class Timeouts {
	    connectSeconds: number;
	    firstTokenSeconds: number;
	    streamIdleSeconds: number;
	    replySeconds: number;
	
	    static createFrom(source: any = {}) {
	        return new Timeouts(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.connectSeconds = source["connectSeconds"];
	        this.firstTokenSeconds = source["firstTokenSeconds"];
	        this.streamIdleSeconds = source["streamIdleSeconds"];
	        this.replySeconds = source["replySeconds"];
	    }
	}
	export class ProviderInput {
	    id: number;
	    name: string;
	    dialect: string;
	    baseUrl: string;
	    enabled: boolean;
	    headers: Header[];
	    proxy: string;
	    timeouts: Timeouts;
	    rules: Rule[];
	    keys: ProviderKeyInput[];
	
	    static createFrom(source: any = {}) {
	        return new ProviderInput(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.name = source["name"];
	        this.dialect = source["dialect"];
	        this.baseUrl = source["baseUrl"];
	        this.enabled = source["enabled"];
	        this.headers = this.convertValues(source["headers"], Header);
	        this.proxy = source["proxy"];
	        this.timeouts = this.convertValues(source["timeouts"], Timeouts);
	        this.rules = this.convertValues(source["rules"], Rule);
	        this.keys = this.convertValues(source["keys"], ProviderKeyInput);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class ModelImport {
	    provider: ProviderInput;
	    models: ModelToAdd[];
	    remove: number[];
	
	    static createFrom(source: any = {}) {
	        return new ModelImport(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.provider = this.convertValues(source["provider"], ProviderInput);
	        this.models = this.convertValues(source["models"], ModelToAdd);
	        this.remove = source["remove"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class ModelImportProgress {
	    total: number;
	    count: number;
	    done: boolean;
	    canceled: boolean;
	    error?: apperr.Error;
	    providerId: number;
	    added: number;
	    changed: number;
	    unchanged: number;
	    removed: number;
	    groupsMade: number;
	    membersAdded: number;
	
	    static createFrom(source: any = {}) {
	        return new ModelImportProgress(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.total = source["total"];
	        this.count = source["count"];
	        this.done = source["done"];
	        this.canceled = source["canceled"];
	        this.error = this.convertValues(source["error"], apperr.Error);
	        this.providerId = source["providerId"];
	        this.added = source["added"];
	        this.changed = source["changed"];
	        this.unchanged = source["unchanged"];
	        this.removed = source["removed"];
	        this.groupsMade = source["groupsMade"];
	        this.membersAdded = source["membersAdded"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class ProbeResult {
	    ok: boolean;
	    status: number;
	    class: string;
	    reason: string;
	    message: string;
	    latencyMs: number;
	    models: string[];
	
	    static createFrom(source: any = {}) {
	        return new ProbeResult(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.ok = source["ok"];
	        this.status = source["status"];
	        this.class = source["class"];
	        this.reason = source["reason"];
	        this.message = source["message"];
	        this.latencyMs = source["latencyMs"];
	        this.models = source["models"];
	    }
	}
	export class ModelListing {
	    probe: ProbeResult;
	    models: ListedModel[];
	    vanished: Model[];
	
	    static createFrom(source: any = {}) {
	        return new ModelListing(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.probe = this.convertValues(source["probe"], ProbeResult);
	        this.models = this.convertValues(source["models"], ListedModel);
	        this.vanished = this.convertValues(source["vanished"], Model);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	
	export class NewAPIKey {
	    apiKey: APIKey;
	    key: string;
	
	    static createFrom(source: any = {}) {
	        return new NewAPIKey(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.apiKey = this.convertValues(source["apiKey"], APIKey);
	        this.key = source["key"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	
	export class Prospect {
	    memberId: number;
	    turn: number;
	    reason: string;
	    keyHint: string;
	    until: number;
	    share?: number;
	    latencyMs?: number;
	
	    static createFrom(source: any = {}) {
	        return new Prospect(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.memberId = source["memberId"];
	        this.turn = source["turn"];
	        this.reason = source["reason"];
	        this.keyHint = source["keyHint"];
	        this.until = source["until"];
	        this.share = source["share"];
	        this.latencyMs = source["latencyMs"];
	    }
	}
	export class ProviderKey {
	    id: number;
	    hint: string;
	    enabled: boolean;
	
	    static createFrom(source: any = {}) {
	        return new ProviderKey(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.hint = source["hint"];
	        this.enabled = source["enabled"];
	    }
	}
	export class Provider {
	    id: number;
	    name: string;
	    dialect: string;
	    baseUrl: string;
	    enabled: boolean;
	    headers: Header[];
	    proxy: string;
	    timeouts: Timeouts;
	    rules: Rule[];
	    keys: ProviderKey[];
	    models: Model[];
	    createdAt: number;
	    updatedAt: number;
	
	    static createFrom(source: any = {}) {
	        return new Provider(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.name = source["name"];
	        this.dialect = source["dialect"];
	        this.baseUrl = source["baseUrl"];
	        this.enabled = source["enabled"];
	        this.headers = this.convertValues(source["headers"], Header);
	        this.proxy = source["proxy"];
	        this.timeouts = this.convertValues(source["timeouts"], Timeouts);
	        this.rules = this.convertValues(source["rules"], Rule);
	        this.keys = this.convertValues(source["keys"], ProviderKey);
	        this.models = this.convertValues(source["models"], Model);
	        this.createdAt = source["createdAt"];
	        this.updatedAt = source["updatedAt"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	
	
	
	export class RemovedKeys {
	    keys: number;
	    providers: number;
	    models: number;
	    members: number;
	
	    static createFrom(source: any = {}) {
	        return new RemovedKeys(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.keys = source["keys"];
	        this.providers = source["providers"];
	        this.models = source["models"];
	        this.members = source["members"];
	    }
	}
	export class Report {
	    Changes: Change[];
	    MadeKeys: MadeKey[];
	
	    static createFrom(source: any = {}) {
	        return new Report(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.Changes = this.convertValues(source["Changes"], Change);
	        this.MadeKeys = this.convertValues(source["MadeKeys"], MadeKey);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	
	export class RuleTest {
	    number: number;
	
	    static createFrom(source: any = {}) {
	        return new RuleTest(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.number = source["number"];
	    }
	}

}

export namespace link {
	
	export class Offer {
	    name: string;
	    baseUrl: string;
	    dialect: string;
	    models: string[];
	
	    static createFrom(source: any = {}) {
	        return new Offer(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.baseUrl = source["baseUrl"];
	        this.dialect = source["dialect"];
	        this.models = source["models"];
	    }
	}

}

export namespace oldserver {
	
	export class APIKey {
	    name: string;
	    hint: string;
	    enabled: boolean;
	    known: boolean;
	    groups: string[];
	
	    static createFrom(source: any = {}) {
	        return new APIKey(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.hint = source["hint"];
	        this.enabled = source["enabled"];
	        this.known = source["known"];
	        this.groups = source["groups"];
	    }
	}
	export class Calls {
	    count: number;
	    first: number;
	    last: number;
	    keepDays: number;
	
	    static createFrom(source: any = {}) {
	        return new Calls(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.count = source["count"];
	        this.first = source["first"];
	        this.last = source["last"];
	        this.keepDays = source["keepDays"];
	    }
	}
	export class Failover {
	    count?: number;
	    minutes?: number;
	
	    static createFrom(source: any = {}) {
	        return new Failover(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.count = source["count"];
	        this.minutes = source["minutes"];
	    }
	}
	export class Member {
	    provider: string;
	    model: string;
	    priority: number;
	    enabled: boolean;
	    known: boolean;
	
	    static createFrom(source: any = {}) {
	        return new Member(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.provider = source["provider"];
	        this.model = source["model"];
	        this.priority = source["priority"];
	        this.enabled = source["enabled"];
	        this.known = source["known"];
	    }
	}
	export class Group {
	    name: string;
	    known: boolean;
	    members: Member[];
	
	    static createFrom(source: any = {}) {
	        return new Group(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.known = source["known"];
	        this.members = this.convertValues(source["members"], Member);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Keyword {
	    text: string;
	    description: string;
	    enabled: boolean;
	    known: boolean;
	
	    static createFrom(source: any = {}) {
	        return new Keyword(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.text = source["text"];
	        this.description = source["description"];
	        this.enabled = source["enabled"];
	        this.known = source["known"];
	    }
	}
	
	export class Model {
	    name: string;
	    enabled: boolean;
	    tokenPrice?: number;
	    callPrice?: number;
	    known: boolean;
	
	    static createFrom(source: any = {}) {
	        return new Model(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.enabled = source["enabled"];
	        this.tokenPrice = source["tokenPrice"];
	        this.callPrice = source["callPrice"];
	        this.known = source["known"];
	    }
	}
	export class Oddity {
	    code: string;
	    where: string;
	    params: Record<string, string>;
	
	    static createFrom(source: any = {}) {
	        return new Oddity(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.code = source["code"];
	        this.where = source["where"];
	        this.params = source["params"];
	    }
	}
	export class Provider {
	    name: string;
	    baseUrl: string;
	    keyHint: string;
	    known: boolean;
	    rows: string[];
	    models: Model[];
	
	    static createFrom(source: any = {}) {
	        return new Provider(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.baseUrl = source["baseUrl"];
	        this.keyHint = source["keyHint"];
	        this.known = source["known"];
	        this.rows = source["rows"];
	        this.models = this.convertValues(source["models"], Model);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Preview {
	    providers: Provider[];
	    groups: Group[];
	    apiKeys: APIKey[];
	    keywords: Keyword[];
	    failover: Failover;
	    calls: Calls;
	    oddities: Oddity[];
	
	    static createFrom(source: any = {}) {
	        return new Preview(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.providers = this.convertValues(source["providers"], Provider);
	        this.groups = this.convertValues(source["groups"], Group);
	        this.apiKeys = this.convertValues(source["apiKeys"], APIKey);
	        this.keywords = this.convertValues(source["keywords"], Keyword);
	        this.failover = this.convertValues(source["failover"], Failover);
	        this.calls = this.convertValues(source["calls"], Calls);
	        this.oddities = this.convertValues(source["oddities"], Oddity);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}

}

export namespace playground {
	
	export class Message {
	    role: string;
	    text: string;
	
	    static createFrom(source: any = {}) {
	        return new Message(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.role = source["role"];
	        this.text = source["text"];
	    }
	}
	export class News {
	    callId: string;
	    text: string;
	    reasoning: string;
	    next: number;
	    done: boolean;
	    status: number;
	    finish: string;
	    errorCode: string;
	    errorMessage: string;
	    stopped: boolean;
	    firstTextMs?: number;
	    totalMs?: number;
	
	    static createFrom(source: any = {}) {
	        return new News(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.callId = source["callId"];
	        this.text = source["text"];
	        this.reasoning = source["reasoning"];
	        this.next = source["next"];
	        this.done = source["done"];
	        this.status = source["status"];
	        this.finish = source["finish"];
	        this.errorCode = source["errorCode"];
	        this.errorMessage = source["errorMessage"];
	        this.stopped = source["stopped"];
	        this.firstTextMs = source["firstTextMs"];
	        this.totalMs = source["totalMs"];
	    }
	}
	export class Question {
	    group: string;
	    modelId: number;
	    messages: Message[];
	    stream: boolean;
	    temperature?: number;
	    topP?: number;
	    maxTokens?: number;
	
	    static createFrom(source: any = {}) {
	        return new Question(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.group = source["group"];
	        this.modelId = source["modelId"];
	        this.messages = this.convertValues(source["messages"], Message);
	        this.stream = source["stream"];
	        this.temperature = source["temperature"];
	        this.topP = source["topP"];
	        this.maxTokens = source["maxTokens"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}

}

export namespace settings {
	
	export class Failover {
	    count: number;
	    minutes: number;
	    cooldownSeconds: number;
	    attempts: number;
	    beginSeconds: number;
	
	    static createFrom(source: any = {}) {
	        return new Failover(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.count = source["count"];
	        this.minutes = source["minutes"];
	        this.cooldownSeconds = source["cooldownSeconds"];
	        this.attempts = source["attempts"];
	        this.beginSeconds = source["beginSeconds"];
	    }
	}
	export class Gateway {
	    address: string;
	    startOnOpen: boolean;
	    names: string[];
	    origins: string[];
	    networks: string[];
	    sought?: string[];
	
	    static createFrom(source: any = {}) {
	        return new Gateway(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.address = source["address"];
	        this.startOnOpen = source["startOnOpen"];
	        this.names = source["names"];
	        this.origins = source["origins"];
	        this.networks = source["networks"];
	        this.sought = source["sought"];
	    }
	}
	export class Log {
	    days: number;
	    bodies: string;
	    bodyDays: number;
	    bodyKb: number;
	
	    static createFrom(source: any = {}) {
	        return new Log(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.days = source["days"];
	        this.bodies = source["bodies"];
	        this.bodyDays = source["bodyDays"];
	        this.bodyKb = source["bodyKb"];
	    }
	}
	export class Notify {
	    failover: boolean;
	    exhausted: boolean;
	
	    static createFrom(source: any = {}) {
	        return new Notify(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.failover = source["failover"];
	        this.exhausted = source["exhausted"];
	    }
	}
	export class Timeouts {
	    connectSeconds: number;
	    firstTokenSeconds: number;
	    streamIdleSeconds: number;
	    replySeconds: number;
	
	    static createFrom(source: any = {}) {
	        return new Timeouts(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.connectSeconds = source["connectSeconds"];
	        this.firstTokenSeconds = source["firstTokenSeconds"];
	        this.streamIdleSeconds = source["streamIdleSeconds"];
	        this.replySeconds = source["replySeconds"];
	    }
	}
	export class Settings {
	    language: string;
	    theme: string;
	    gateway: Gateway;
	    failover: Failover;
	    timeouts: Timeouts;
	    log: Log;
	    closeToTray: boolean;
	    notify: Notify;
	    updates: boolean;
	
	    static createFrom(source: any = {}) {
	        return new Settings(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.language = source["language"];
	        this.theme = source["theme"];
	        this.gateway = this.convertValues(source["gateway"], Gateway);
	        this.failover = this.convertValues(source["failover"], Failover);
	        this.timeouts = this.convertValues(source["timeouts"], Timeouts);
	        this.log = this.convertValues(source["log"], Log);
	        this.closeToTray = source["closeToTray"];
	        this.notify = this.convertValues(source["notify"], Notify);
	        this.updates = source["updates"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}

}

export namespace support {
	
	export class File {
	    name: string;
	    text: string;
	
	    static createFrom(source: any = {}) {
	        return new File(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.text = source["text"];
	    }
	}

}

export namespace update {
	
	export class Release {
	    version: string;
	    date: number;
	    notes: string;
	    page: string;
	    size: number;
	
	    static createFrom(source: any = {}) {
	        return new Release(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.version = source["version"];
	        this.date = source["date"];
	        this.notes = source["notes"];
	        this.page = source["page"];
	        this.size = source["size"];
	    }
	}
	export class State {
	    able: boolean;
	    installedBy: string;
	    installs: boolean;
	    kind: string;
	    version: string;
	    checkedAt: number;
	    available?: Release;
	    stage: string;
	    done: number;
	    error?: apperr.Error;
	
	    static createFrom(source: any = {}) {
	        return new State(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.able = source["able"];
	        this.installedBy = source["installedBy"];
	        this.installs = source["installs"];
	        this.kind = source["kind"];
	        this.version = source["version"];
	        this.checkedAt = source["checkedAt"];
	        this.available = this.convertValues(source["available"], Release);
	        this.stage = source["stage"];
	        this.done = source["done"];
	        this.error = this.convertValues(source["error"], apperr.Error);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}

}


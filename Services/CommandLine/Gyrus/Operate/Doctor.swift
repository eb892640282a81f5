import ArgumentParser
import Foundation
import Glibc
import HelperProcesses
import Launcher
import Messaging
import Model
import Presentation
import ServiceClient

/// Checks this machine and the project for problems and suggests fixes.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check data, disk, ports, versions, clocks, keys and programs; exit status 1 if something is wrong.",
        discussion: "  gyrus doctor")

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions

    func run() async throws {
        let services = try Services(gyrus.project)
        let project = try gyrus.project.locator.projectDirectory()
        var findings = HostCheck(project: project).findings
        for name in ServiceName.allCases { findings += await ServiceCheck(name: name, services: services).findings() }
        try list.render(findings)
        let bad = findings.filter { $0.state == .wrong }
        guard bad.isEmpty else {
            throw Failure(.internal, "\(bad.count) of \(findings.count) checks found something wrong; see above")
        }
        let warnings = findings.count { $0.state == .warning }
        say("\(findings.count) checks, \(warnings == 0 ? "all fine" : "\(warnings) with a warning").")
    }
}

/// The result of a check.
struct Finding: Listable, Sendable {
    enum State: String, Encodable, Sendable {
        case fine, warning, wrong
    }

    let check: String
    let state: State
    let found: String
    /// The suggested fix; empty if none is needed.
    let advice: String

    static func fine(_ check: String, _ found: String) -> Finding {
        Finding(check: check, state: .fine, found: found, advice: "")
    }

    static let columns = ["CHECK", "STATE", "FOUND", "WHAT TO DO"]

    var name: String { "\(check): \(state.rawValue)" }
    var row: [String] { [check, state.rawValue, found, advice.isEmpty ? "–" : advice] }
}

/// Checks that need no services.
struct HostCheck {
    let project: ProjectDirectory

    private static let least: UInt64 = 2_000_000_000
    private static let scarce: UInt64 = 20_000_000_000
    /// Programs that the main program starts.
    private static let programs = [
        "registry", "designer", "knowledge", "trainer", "trainer-worker", "evaluator", "evaluator-worker", "console",
        "gyrus-keeper", "gyrus-inspector", "gyrus-data",
    ]

    var findings: [Finding] { [data, disk, memory, port, programs, environment].flatMap { $0 } }

    private var data: [Finding] {
        let place = ProcessInfo.processInfo.environment["GYRUS_DATA"] ?? ""
        if !place.isEmpty {
            return [
                FileManager.default.isReadableFile(atPath: place)
                    ? .fine("raw data", place)
                    : Finding(
                        check: "raw data", state: .wrong, found: "GYRUS_DATA is '\(place)', which cannot be read",
                        advice: "set it to an existing folder, or unset GYRUS_DATA")
            ]
        }
        return [.fine("raw data", "GYRUS_DATA is not set; scenarios name their own data")]
    }

    private var disk: [Finding] {
        var folder = project.root
        while !FileManager.default.fileExists(atPath: folder.path), folder.path != "/" {
            folder = folder.deletingLastPathComponent()
        }
        guard access(folder.path, W_OK) == 0 else {
            return [
                Finding(
                    check: "disk", state: .wrong, found: "'\(folder.path)' cannot be written",
                    advice: "choose another folder with --project-directory, or change its owner")
            ]
        }
        var status = statvfs()
        guard statvfs(folder.path, &status) == 0 else { return [] }
        return [Self.disk("disk", UInt64(status.f_bavail) * UInt64(status.f_frsize), folder.path)]
    }

    static func disk(_ check: String, _ free: UInt64, _ place: String) -> Finding {
        let found = "\(Figures.bytes(free)) free at \(place)"
        if free < least {
            return Finding(
                check: check, state: .wrong, found: found,
                advice: "free some space: gyrus registry gc, a shorter retention, or a larger disk")
        }
        return free < scarce
            ? Finding(
                check: check, state: .warning, found: found,
                advice: "shorten the retention of files before the disk is full")
            : .fine(check, found)
    }

    private var memory: [Finding] {
        let text = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
        guard let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap({ UInt64($0) }) else { return [] }
        let found = "\(Figures.bytes(kilobytes * 1024)) available"
        return [
            kilobytes > 1_500_000
                ? .fine("memory", found)
                : Finding(
                    check: "memory", state: .warning, found: found,
                    advice: "a project needs about 1.4 GB: stop other programs, or run fewer workers")
        ]
    }

    /// Only warns, because the console takes another port if its default one is in use.
    private var port: [Finding] {
        if let url = try? String(contentsOf: project.consoleAddress, encoding: .utf8) {
            return [.fine("console", url.trimmingCharacters(in: .whitespacesAndNewlines))]
        }
        let usual: UInt16 = 8470
        return [
            Self.isFree(usual)
                ? .fine("port", "\(usual) is free for the console")
                : Finding(
                    check: "port", state: .warning, found: "\(usual) is in use by another program",
                    advice: "no action needed: the console takes another port and prints it")
        ]
    }

    private static func isFree(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        var reuse: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private var programs: [Finding] {
        let missing = Self.programs.filter { !FileManager.default.isExecutableFile(atPath: ProgramBeside($0).path) }
        guard missing.isEmpty else {
            return [
                Finding(
                    check: "programs", state: .wrong, found: "not next to gyrus: \(missing.joined(separator: ", "))",
                    advice: "build or install all of them into one folder")
            ]
        }
        // Programs that compute need libraries that may have been removed or updated.
        let broken = ["trainer-worker", "gyrus-data"].filter { !Self.loads(ProgramBeside($0).path) }
        guard broken.isEmpty else {
            return [
                Finding(
                    check: "programs", state: .wrong, found: "do not start: \(broken.joined(separator: ", "))",
                    advice: "a library is missing: run Compose/setup, or see: ldd \(ProgramBeside(broken[0]).path)")
            ]
        }
        return [.fine("programs", "\(Self.programs.count) programs, version \(GyrusVersion.current)")]
    }

    private static func loads(_ program: String) -> Bool {
        (try? RunningProgram(program, ["--help"], descriptors: [nil, nil, nil]).wait()) == 0
    }

    private var environment: [Finding] {
        let environment = ProcessInfo.processInfo.environment
        guard let path = environment["GYRUS_KEYS"], !path.isEmpty else {
            let keyed = environment.keys.filter { $0.hasPrefix("GYRUS_") && $0.hasSuffix("_KEY") }.sorted()
            return keyed.isEmpty
                ? [.fine("keys", "none needed: the services are on this machine")]
                : [
                    Finding(
                        check: "keys", state: .wrong, found: "\(keyed[0]) is set, but GYRUS_KEYS is not",
                        advice: "create keys with gyrus keys make FILE, and set GYRUS_KEYS to the file")
                ]
        }
        do {
            let keys = try KeyPair(contentsOf: URL(filePath: path))
            var status = stat()
            if stat(path, &status) == 0, status.st_mode & 0o077 != 0 {
                return [
                    Finding(
                        check: "keys", state: .wrong, found: "'\(path)' can be read by others",
                        advice: "chmod 600 \(path); create new keys if others may have read it")
                ]
            }
            return [.fine("keys", "\(path), public key \(keys.publicKey)")]
        } catch {
            return [
                Finding(
                    check: "keys", state: .wrong, found: Failure(error).message,
                    advice: "create keys with: gyrus keys make FILE")
            ]
        }
    }
}

/// Checks of a service's own health report.
struct ServiceCheck {
    let name: ServiceName
    let services: Services

    /// Maximum clock skew before event times mislead.
    private static let largestSkew = 2.0

    func findings() async -> [Finding] {
        do {
            let asked = Date()
            let health = try await services.service(name).health(timeout: .seconds(3))
            let answered = Date()
            var findings = [state(health), version(health), clock(health, asked, answered)]
            if health.freeBytes > 0 {
                findings.append(HostCheck.disk("\(name): disk", health.freeBytes, health.dataDirectory))
            }
            return findings
        } catch {
            let failure = Failure(error)
            return [
                Finding(
                    check: "\(name)", state: .wrong, found: failure.message,
                    advice: failure.code == .permissionDenied
                        ? "set GYRUS_KEYS and \(ServiceDirectory.variable(of: name))_KEY, and make the service admit this key"
                        : "start it with \(services.command("up -d")), or see: \(services.command("logs \(name)"))")
            ]
        }
    }

    private func state(_ health: ServiceHealth) -> Finding {
        health.isReady
            ? .fine("\(name)", "ready for \(Figures.duration(health.uptime.inSeconds)), process \(health.process)")
            : Finding(
                check: "\(name)", state: .warning, found: "is starting",
                advice: "wait; if it takes long, see: \(services.command("logs \(name)"))")
    }

    private func version(_ health: ServiceHealth) -> Finding {
        let own = GyrusVersion.current
        return health.version == own
            ? .fine("\(name): version", own)
            : Finding(
                check: "\(name): version", state: .warning,
                found: "\(health.version.isEmpty ? "older than 0.1.0" : health.version), this program is \(own)",
                advice:
                    "they work together as long as the protocol is the same; restart the older one with the newer programs"
            )
    }

    private func clock(_ health: ServiceHealth, _ asked: Date, _ answered: Date) -> Finding {
        let skew = max(0, asked.timeIntervalSince(health.time), health.time.timeIntervalSince(answered))
        return skew <= Self.largestSkew
            ? .fine("\(name): clock", "differs by less than \(Figures.fixed(max(skew, 0.001), 3)) s")
            : Finding(
                check: "\(name): clock", state: .wrong,
                found: "differs from this machine's by \(Figures.fixed(skew, 1)) s",
                advice: "synchronize the clocks of both machines (chrony, systemd-timesyncd)")
    }
}

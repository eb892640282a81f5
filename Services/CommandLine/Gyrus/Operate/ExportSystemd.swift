import ArgumentParser
import Foundation
import Launcher
import Model

/// Writes systemd units.
struct ExportSystemd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "systemd", abstract: "Write systemd units for all services in the Compose file.",
        discussion: """
              gyrus export systemd --output /etc/systemd/system
              systemctl daemon-reload
              systemctl enable --now gyrus.target gyrus-trainer-worker@{1..4}.service

            Scalable services are templates; each instance is a worker. The data is in /var/lib/NAME, and the sockets are \
            in /run/NAME.
            """)

    @ParentCommand var gyrus: Gyrus

    @Option(name: [.short, .long], help: ArgumentHelp("Folder to write to.", valueName: "folder"))
    var output = "."

    @Option(help: ArgumentHelp("User that the services run as; it must already exist.", valueName: "name"))
    var user = "gyrus"

    @Option(help: ArgumentHelp("Folder of the programs.", valueName: "folder"))
    var programs = "/usr/local/bin"

    @Option(help: ArgumentHelp("Folder of raw datasets.", valueName: "folder"))
    var data = "/var/lib/gyrus/data"

    @OptionGroup var bucket: BucketOptions

    func run() async throws {
        let name = try gyrus.project.locator.projectDirectory().name
        let project = try ExportedProject(
            gyrus.project, run: "/run/\(name)", state: "/var/lib/\(name)", data: data,
            variables: bucket.variables(secret: ""))
        let units = SystemdUnits(
            project: project, user: user, programs: programs,
            bucketCredentials: bucket.blobCredentials ?? "/etc/gyrus/bucket")
        try ExportedProject.write(units.files, to: output)
    }
}

/// The services of a project as systemd units.
struct SystemdUnits {
    let project: ExportedProject
    let user: String
    let programs: String
    /// File with the credentials of a bucket, for the service that has one.
    let bucketCredentials: String

    /// Names and contents of the files.
    var files: [(name: String, text: String)] {
        [(name: "\(project.name).target", text: target)] + project.services.map { (file($0), unit($0)) }
    }

    private var target: String {
        """
        [Unit]
        Description=Gyrus: scenario in, neural network out
        Wants=\(project.services.filter(isSingle).map(file).joined(separator: " "))

        [Install]
        WantedBy=multi-user.target

        """
    }

    private func isSingle(_ service: ServiceDefinition) -> Bool { service.singleReason != nil }

    private func file(_ service: ServiceDefinition) -> String {
        "\(project.name)-\(service.name)\(isSingle(service) ? "" : "@").service"
    }

    private func unit(_ service: ServiceDefinition) -> String {
        let needs = service.dependencies.keys.sorted().compactMap { name in
            project.services.first { $0.name == name }.map(file)
        }
        let instance = isSingle(service) ? "" : " %i"
        var lines = ["[Unit]", "Description=Gyrus \(service.name)\(instance)", "PartOf=\(project.name).target"]
        if !needs.isEmpty {
            lines += ["Wants=\(needs.joined(separator: " "))", "After=\(needs.joined(separator: " "))"]
        }
        lines += ["", "[Service]", "User=\(user)", "ExecStart=\(command(service.command))"]
        lines += service.environment.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
            .map { "Environment=\(quoted("\($0.key)=\($0.value)"))" }
        if service.environment["GYRUS_BLOBS"].map({ !$0.isEmpty }) ?? false {
            // systemd reads the file as root, and shows it to this service alone.
            lines += [
                "LoadCredential=bucket:\(bucketCredentials)", "Environment=AWS_SHARED_CREDENTIALS_FILE=%d/bucket",
            ]
        }
        lines += [
            "Environment=HOME=/var/lib/\(project.name)", "RuntimeDirectory=\(project.name)",
            "RuntimeDirectoryMode=0750",
            "RuntimeDirectoryPreserve=yes", "StateDirectory=\(project.name)", "StateDirectoryMode=0750",
        ]
        lines += restart(service)
        lines += ["TimeoutStopSec=\(service.stopGracePeriod.components.seconds)s"] + Self.hardening
        lines += ["", "[Install]", "WantedBy=\(project.name).target", ""]
        return lines.joined(separator: "\n")
    }

    private func restart(_ service: ServiceDefinition) -> [String] {
        switch service.restart {
        case .never: ["Restart=no"]
        case .always: ["Restart=always", "RestartSec=1s"]
        case .onFailure: ["Restart=on-failure", "RestartSec=1s"]
        }
    }

    /// Restrictions that affect no Gyrus service. Namespaces remain allowed because the registry inspects imported
    /// files inside its own, and writable code because libtorch generates code at run time.
    private static let hardening = [
        "NoNewPrivileges=yes", "CapabilityBoundingSet=", "AmbientCapabilities=", "ProtectSystem=strict",
        "ProtectHome=yes", "PrivateTmp=yes", "PrivateDevices=no", "ProtectKernelTunables=yes",
        "ProtectKernelModules=yes", "ProtectKernelLogs=yes", "ProtectControlGroups=yes", "ProtectClock=yes",
        "ProtectHostname=yes", "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK", "RestrictRealtime=yes",
        "RestrictSUIDSGID=yes", "LockPersonality=yes", "SystemCallArchitectures=native",
        "SystemCallFilter=@system-service seccomp", "SystemCallErrorNumber=EPERM", "UMask=0027", "LimitNOFILE=65536",
    ]

    private func command(_ words: [String]) -> String {
        ([words[0].contains("/") ? words[0] : "\(programs)/\(words[0])"] + words.dropFirst()).map(quoted)
            .joined(separator: " ")
    }

    /// A word quoted for systemd, with percent and dollar signs doubled.
    private func quoted(_ word: String) -> String {
        let text = word.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("%", with: "%%")
            .replacing("$", with: "$$")
        return text.contains(where: { $0.isWhitespace }) || text.isEmpty ? "\"\(text)\"" : text
    }
}

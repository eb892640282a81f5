import Foundation
import Launcher
import Messaging
import Model
import ServerClient
import ServiceClient

/// The services of a project as Kubernetes objects: those with a database as StatefulSets with one volume each, all
/// others as Deployments.
struct KubernetesManifests {
    let project: ExportedProject
    let keys: KubernetesKeys
    let image: String
    let namespace: String
    let gpus: Int
    let storage: Int
    let dataClaim: String?
    /// Namespace of the Prometheus that reads the metrics.
    let monitoring: String

    private static let firstPort = 7_101
    /// Ports of the services that serve HTTP to browsers and programs.
    private static let webPorts = ["console": 8_470, "server": ServeOptions.usualPort]
    /// Where each service serves its metrics.
    private static let metricsPort = 9_471
    private static let user = 10_001
    /// Workers that others connect to, on ports that the system chooses, for gradients and for controllers' shards;
    /// with those that connect.
    private static let peers = [
        "trainer-worker": ["trainer-worker"], "designer-worker": ["designer", "designer-worker"],
    ]

    /// Names and contents of the files.
    var files: [(name: String, text: String)] {
        let names = project.services.map { "\($0.name).yaml" }
        return project.services.map { ("base/\($0.name).yaml", manifest(of: $0)) } + [
            ("base/namespace.yaml", document(["apiVersion: v1", "kind: Namespace", "metadata: {name: \(namespace)}"])),
            ("base/network-policy.yaml", networkPolicies),
            ("base/kustomization.yaml", kustomization(names)),
        ] + scalingFiles
    }

    private func port(of service: ServiceName) -> Int {
        Self.firstPort + (ServiceName.allCases.firstIndex(of: service) ?? 0)
    }

    // MARK: One service

    private func manifest(of service: ServiceDefinition) -> String {
        if let name = ServiceName(rawValue: service.name) {
            return [stateful(service, name), network(name.rawValue, port(of: name), isHeadless: true), budget(service)]
                .joined(separator: "---\n")
        }
        var parts = [deployment(service)]
        if service.singleReason != nil {
            parts.append(network(service.name, Self.webPorts[service.name] ?? 80, isHeadless: false))
        } else {
            parts.append(budget(service))
        }
        return parts.joined(separator: "---\n")
    }

    func head(_ kind: String, _ name: String, version: String = "apps/v1") -> [String] {
        [
            "apiVersion: \(version)", "kind: \(kind)", "metadata:", "  name: \(name)", "  labels: \(labels(name))",
        ]
    }

    private func labels(_ name: String) -> String {
        "{app.kubernetes.io/part-of: gyrus, app.kubernetes.io/name: \(name)}"
    }

    private func stateful(_ service: ServiceDefinition, _ name: ServiceName) -> String {
        let size = name == .registry ? storage : max(10, storage / 10)
        let command =
            service.command
            + ["--endpoint", "tcp://0.0.0.0:\(port(of: name))", "--metrics", "0.0.0.0:\(Self.metricsPort)"]
        return document(
            head("StatefulSet", service.name)
                + [
                    "spec:", "  serviceName: \(service.name)", "  replicas: 1", "  selector:",
                    "    matchLabels: \(labels(service.name))", "  template:",
                ]
                + indented(pod(service, command, ports: ["gyrus": port(of: name), "metrics": Self.metricsPort]), by: 4)
                + [
                    "  volumeClaimTemplates:", "    - metadata: {name: state}", "      spec:",
                    "        accessModes: [ReadWriteOnce]", "        resources: {requests: {storage: \(size)Gi}}",
                ])
    }

    private func deployment(_ service: ServiceDefinition) -> String {
        // A requested GPU is useless unless the worker computes on it.
        let device = usesGPU(service) ? ["--device", "cuda"] : []
        let ports = Self.webPorts[service.name].map { ["http": $0] } ?? [:]
        return document(
            head("Deployment", service.name)
                + [
                    "spec:", "  replicas: \(service.replicas)", "  selector:",
                    "    matchLabels: \(labels(service.name))", "  template:",
                ]
                + indented(pod(service, service.command + device, ports: ports), by: 4))
    }

    private func usesGPU(_ service: ServiceDefinition) -> Bool { service.name == "trainer-worker" && gpus > 0 }

    private func pod(_ service: ServiceDefinition, _ command: [String], ports: [String: Int]) -> [String] {
        let key = keys.name(for: service.name)
        let secrets = ["\(key).key", "admitted"] + (hasBucket(service) ? [KubernetesKeys.bucket] : [])
        let isStateful = ServiceName(rawValue: service.name) != nil
        let isPeer = Self.peers[service.name] != nil
        var lines = [
            "metadata:", "  labels: \(labels(service.name))", "spec:", "  automountServiceAccountToken: false",
            "  terminationGracePeriodSeconds: \(service.stopGracePeriod.components.seconds + 10)",
            "  securityContext: {runAsNonRoot: true, runAsUser: \(Self.user), runAsGroup: \(Self.user), fsGroup: \(Self.user),"
                + " seccompProfile: {type: RuntimeDefault}}",
            "  initContainers:",
            "    # Programs refuse a key that others can read, but files of a Secret are readable by their group.",
            "    - name: keys", "      image: \(text(image))",
            "      command: [sh, -c, \(text(installation(key, hasBucket(service))))]",
            "      securityContext: \(Self.confinement)",
            "      resources: {requests: {cpu: 10m, memory: 16Mi}, limits: {memory: 64Mi}}",
            "      volumeMounts: [{name: secret, mountPath: /secret, readOnly: true}, {name: keys, mountPath: /keys}]",
            "  containers:", "    - name: \(service.name)", "      image: \(text(image))",
            "      args: [\(command.map(expandable).joined(separator: ", "))]",
        ]
        if !ports.isEmpty {
            let named = ports.sorted { $0.key < $1.key }.map { "{name: \($0), containerPort: \($1)}" }
            lines.append("      ports: [\(named.joined(separator: ", "))]")
        }
        lines +=
            ["      env:"]
            + environment(service, isServer: isStateful || isPeer).map {
                "        - {name: \($0.0), value: \(expandable($0.1))}"
            }
        if isPeer { lines.append("        - {name: GYRUS_ADDRESS, valueFrom: {fieldRef: {fieldPath: status.podIP}}}") }
        lines += probes(service) + resources(service)
        lines += ["      securityContext: \(Self.confinement)", "      volumeMounts:"]
        lines += mounts(isStateful).map { "        - \($0)" }
        lines += [
            "  volumes:", "    - name: secret", "      secret:", "        secretName: gyrus-keys",
            "        defaultMode: 0440",
            "        items: [\(secrets.map { "{key: \($0), path: \($0)}" }.joined(separator: ", "))]",
        ]
        lines += ["keys", "run", "tmp"].map { "    - {name: \($0), emptyDir: {}}" }
        if !isStateful { lines.append("    - {name: state, emptyDir: {}}") }
        if let dataClaim { lines.append("    - {name: data, persistentVolumeClaim: {claimName: \(dataClaim)}}") }
        return lines
    }

    /// Whether a service's files are in a bucket, whose credentials it needs.
    private func hasBucket(_ service: ServiceDefinition) -> Bool {
        service.environment["GYRUS_BLOBS"].map { !$0.isEmpty } ?? false
    }

    private func installation(_ key: String, _ hasBucket: Bool) -> String {
        let name = KubernetesKeys.bucket
        return "install -m 400 /secret/\(key).key /keys/own.key && cp /secret/admitted /keys/"
            + (hasBucket ? " && install -m 400 /secret/\(name) /keys/\(name)" : "")
    }

    private static let confinement =
        "{allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}"

    private func mounts(_ isStateful: Bool) -> [String] {
        var mounts = [
            "{name: keys, mountPath: /keys, readOnly: true}", "{name: run, mountPath: /run/gyrus}",
            "{name: tmp, mountPath: /tmp}", "{name: state, mountPath: /var/lib/gyrus}",
        ]
        if dataClaim != nil { mounts.append("{name: data, mountPath: /data, readOnly: true}") }
        return mounts
    }

    /// The environment from the Compose file, with TCP endpoints in place of sockets.
    private func environment(_ service: ServiceDefinition, isServer: Bool) -> [(String, String)] {
        var variables = service.environment
        for name in ServiceName.allCases where keys.publicKeys[name.rawValue] != nil {
            let variable = ServiceDirectory.variable(of: name)
            variables[variable] = "tcp://\(name):\(port(of: name))"
            variables["\(variable)_KEY"] = keys.publicKeys[name.rawValue]?.description
        }
        variables["GYRUS_KEYS"] = "/keys/own.key"
        if isServer { variables["GYRUS_ADMIT"] = "/keys/admitted" }
        variables["HOME"] = "/tmp"
        return variables.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
    }

    private func probes(_ service: ServiceDefinition) -> [String] {
        guard let check = service.healthCheck else { return [] }
        let command = "[\(check.command.map(text).joined(separator: ", "))]"
        func seconds(_ duration: Duration) -> Int64 { max(1, duration.components.seconds) }
        return [
            "      startupProbe: {exec: {command: \(command)}, periodSeconds: 2, timeoutSeconds: \(seconds(check.timeout)),"
                + " failureThreshold: 60}",
            "      readinessProbe: {exec: {command: \(command)}, periodSeconds: \(seconds(check.interval)), timeoutSeconds:"
                + " \(seconds(check.timeout))}",
            "      livenessProbe: {exec: {command: \(command)}, periodSeconds: \(seconds(check.interval * 3)),"
                + " timeoutSeconds: \(seconds(check.timeout)), failureThreshold: \(max(1, check.retries))}",
        ]
    }

    private func resources(_ service: ServiceDefinition) -> [String] {
        let isWorker = service.name.hasSuffix("-worker")
        var limits = ["memory: \(isWorker ? "4Gi" : "2Gi")"]
        if usesGPU(service) { limits.append("nvidia.com/gpu: \(gpus)") }
        let request = isWorker ? "{cpu: \"1\", memory: 1Gi}" : "{cpu: 100m, memory: 256Mi}"
        return ["      resources: {requests: \(request), limits: {\(limits.joined(separator: ", "))}}"]
    }

    private func network(_ name: String, _ port: Int, isHeadless: Bool) -> String {
        let more = isHeadless ? ["  clusterIP: None", "  publishNotReadyAddresses: true"] : []
        return document(
            head("Service", name, version: "v1") + ["spec:"] + more + [
                "  selector: \(labels(name))", "  ports: [{name: \(isHeadless ? "gyrus" : "http"), port: \(port)}]",
            ])
    }

    private func budget(_ service: ServiceDefinition) -> String {
        let limit = ServiceName(rawValue: service.name) == nil ? "maxUnavailable: 25%" : "maxUnavailable: 1"
        return document(
            head("PodDisruptionBudget", service.name, version: "policy/v1") + [
                "spec:", "  \(limit)", "  selector: {matchLabels: \(labels(service.name))}",
            ])
    }

    // MARK: Between services

    /// Only pods of Gyrus can reach the services, and only Prometheus their metrics. The console is reached through
    /// kubectl port-forward, or through an Ingress if the namespace of its controller is allowed.
    private var networkPolicies: String {
        let ports = ServiceName.allCases.filter { keys.publicKeys[$0.rawValue] != nil }.map {
            "{port: \(port(of: $0))}"
        }
        let webs = project.services.compactMap { Self.webPorts[$0.name] }.map { "{port: \($0)}" }
        let own = "{app.kubernetes.io/part-of: gyrus}"
        let services = networkPolicy(
            "gyrus", for: own,
            [
                "    - from: [{podSelector: {matchLabels: \(own)}}]",
                "      ports: [\((ports + webs).joined(separator: ", "))]",
                "    - from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: \(monitoring)}}}]",
                "      ports: [{port: \(Self.metricsPort)}]",
            ])
        let peers = Self.peers.sorted { $0.key < $1.key }.map { name, callers in
            networkPolicy(
                name, for: labels(name),
                callers.map { "    - from: [{podSelector: {matchLabels: \(labels($0))}}]" })
        }
        return ([services] + peers).joined(separator: "---\n")
    }

    private func networkPolicy(_ name: String, for pods: String, _ ingress: [String]) -> String {
        document(
            head("NetworkPolicy", name, version: "networking.k8s.io/v1") + [
                "spec:", "  podSelector: {matchLabels: \(pods)}", "  policyTypes: [Ingress]", "  ingress:",
            ] + ingress)
    }

    private func kustomization(_ names: [String]) -> String {
        let files = (["namespace.yaml", "network-policy.yaml"] + names).map { "  - \($0)" }
        let hasBucket = project.services.contains(where: hasBucket)
        let secrets =
            keys.namesInCluster.map { "      - keys/\($0).key" } + ["      - keys/admitted"]
            + (hasBucket ? ["      - keys/\(KubernetesKeys.bucket)"] : [])
        return document(
            [
                "apiVersion: kustomize.config.k8s.io/v1beta1", "kind: Kustomization", "namespace: \(namespace)",
                "resources:",
            ]
                + files + ["secretGenerator:", "  - name: gyrus-keys", "    files:"] + secrets)
    }

    // MARK: Text

    func document(_ lines: [String]) -> String { lines.joined(separator: "\n") + "\n" }

    private func indented(_ lines: [String], by count: Int) -> [String] {
        lines.map { String(repeating: " ", count: count) + $0 }
    }

    /// A text with dollar signs doubled, because Kubernetes expands `$(NAME)`.
    private func expandable(_ value: String) -> String { text(value.replacing("$", with: "$$")) }

    /// A text in quotes, valid in both YAML and JSON.
    func text(_ value: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }
}

import Foundation
import TestSupport
import Testing

/// What is exported to run Gyrus on other systems, checked with those systems' tools.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ExportTests {
    @Test(.enabled(if: Tool.systemd != nil, "systemd-analyze is not installed (Debian: systemd)"))
    func `systemd accepts the exported units`() async throws {
        let analyze = try #require(Tool.systemd)
        try await withProject { gyrus in
            let folder = gyrus.folder.appending(path: "units")
            let programs = try ChildProcess.executable("gyrus").deletingLastPathComponent().path
            let export = try await gyrus.run([
                "export", "systemd", "--user", "root", "--programs", programs, "--output", folder.path, "--blobs",
                "https://s3.example.org/bucket/gyrus", "--blob-credentials", "/etc/gyrus/b",
            ])
            #expect(export.status == 0, "\(export.err)")
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(names.contains("ops.target") && names.contains("ops-registry.service"))
            #expect(names.contains("ops-trainer-worker@.service"))
            for name in names.sorted() {
                let place = folder.appending(path: name.replacing("@.", with: "@1."))
                if name.contains("@.") {
                    try FileManager.default.copyItem(at: folder.appending(path: name), to: place)
                }
                let check = try await analyze.run("verify", "--man=no", place.path)
                #expect(check.status == 0 && check.err.isEmpty, "\(name): \(check.err)")
            }
            let unit = folder.appending(path: "ops-registry.service").path
            // The credentials of a bucket are a file that only the registry sees.
            let holders = try names.filter {
                try String(contentsOf: folder.appending(path: $0), encoding: .utf8).contains(
                    "LoadCredential=bucket:/etc/gyrus/b\nEnvironment=AWS_SHARED_CREDENTIALS_FILE=%d/bucket")
            }
            #expect(holders == ["ops-registry.service"])
            let security = try await analyze.run("security", "--offline=true", "--threshold=40", unit)
            #expect(security.status == 0, "\(security.out.suffix(200))")
        }
    }

    /// The kinds that operators add to a cluster, with only the fields that the manifests use.
    private static let operators = """
        text, number = {"type": "string"}, {"type": "integer", "minimum": 0}
        def of(required, **properties):
            return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}
        labels = of(["matchLabels"], matchLabels={"type": "object", "additionalProperties": text})
        trigger = of(["serverAddress", "query", "threshold"], serverAddress=text, query=text, threshold=text,
                     activationThreshold=text)
        relabeling = of(["sourceLabels", "targetLabel"], sourceLabels={"type": "array", "items": text}, targetLabel=text)
        operators = {
            "keda.sh/v1alpha1 ScaledObject": of(
                ["scaleTargetRef", "triggers"], scaleTargetRef=of(["name"], name=text), minReplicaCount=number,
                maxReplicaCount=number, cooldownPeriod=number, triggers={"type": "array", "minItems": 1, "items": of(
                    ["type", "metadata"], type={"const": "prometheus"}, metadata=trigger)}),
            "monitoring.coreos.com/v1 PodMonitor": of(
                ["selector", "podMetricsEndpoints"], selector=labels, podMetricsEndpoints={"type": "array", "items": of(
                    ["port"], port=text, path=text, interval=text,
                    relabelings={"type": "array", "items": relabeling})}),
        }
        def check(item):
            key = item["apiVersion"] + " " + item["kind"]
            if key in operators:
                jsonschema.validate(item["spec"], operators[key])
            else:
                kubernetes_validate.validate(item, "1.28", strict=True)

        """

    private static func kubernetes(
        _ gyrus: GyrusProgram, _ options: String...
    ) async throws -> (python: PythonEnvironment, folder: URL) {
        let python: PythonEnvironment
        do { python = try PythonEnvironment(with: "kubernetes_validate", "jsonschema") } catch {
            try Test.cancel("there is no Python with kubernetes-validate: \(error)")
        }
        let folder = gyrus.folder.appending(path: "deploy")
        let credentials = gyrus.folder.appending(path: "credentials")
        try Data("[default]\naws_access_key_id = AKIA1\naws_secret_access_key = hidden1\n".utf8).write(to: credentials)
        let export = try await gyrus.run(
            [
                "--profile", "server", "export", "kubernetes", "--gpus", "1", "--data-claim", "raw", "--blobs",
                "https://s3.example.org/bucket/gyrus", "--blob-credentials", credentials.path, "--output", folder.path,
            ] + options)
        #expect(export.status == 0, "\(export.err)")
        return (python, folder)
    }

    @Test func `every Kubernetes object is valid by the schemas of its API`() async throws {
        try await withProject { gyrus in
            let (python, folder) = try await Self.kubernetes(gyrus)
            let report = try python.run(
                "import glob, os, sys, jsonschema, yaml, kubernetes_validate\n" + Self.operators + """
                    kinds = {}
                    for path in sorted(glob.glob(sys.argv[1] + '/**/*.yaml', recursive=True)):
                        for item in yaml.safe_load_all(open(path)):
                            kinds[item['kind']] = kinds.get(item['kind'], 0) + 1
                            if item['kind'] != 'Kustomization':
                                check(item)
                                continue
                            folder = os.path.dirname(path)
                            files = item.get('resources', []) + [
                                file for secret in item.get('secretGenerator', []) for file in secret['files']]
                            for file in files:
                                assert os.path.exists(os.path.join(folder, file)), file
                    print(' '.join(f'{kind}={kinds[kind]}' for kind in sorted(kinds)))
                    """, folder.path)
            #expect(
                report.trimmingCharacters(in: .whitespacesAndNewlines)
                    == "Deployment=5 HorizontalPodAutoscaler=3 Kustomization=3 Namespace=1 NetworkPolicy=3"
                    + " PodDisruptionBudget=8 PodMonitor=2 ScaledObject=3 Service=7 StatefulSet=5")
            // Keys are created once, so that the next export does not lock out a running cluster.
            let key = folder.appending(path: "base/keys/registry.key")
            let before = try Data(contentsOf: key)
            #expect(try await gyrus.run(["export", "kubernetes", "--output", folder.path]).status == 0)
            #expect(try Data(contentsOf: key) == before)
            let registry = try String(contentsOf: folder.appending(path: "base/registry.yaml"), encoding: .utf8)
            #expect(!registry.contains("ipc://") && !registry.contains("GYRUS_BLOBS"))
        }
    }

    @Test(.enabled(if: Tool("kubectl") != nil, "kubectl is not installed (Debian: kubernetes-client)"))
    func `kubectl builds each overlay into consistent objects`() async throws {
        let kubectl = try Tool.required("kubectl")
        try await withProject { gyrus in
            let (python, folder) = try await Self.kubernetes(gyrus, "--namespace", "lab", "--monitoring", "watch")
            for (overlay, scaler) in [
                ("base", ""), ("overlays/hpa", "HorizontalPodAutoscaler"), ("overlays/keda", "ScaledObject"),
            ] {
                let built = try await Tool.run(kubectl, ["kustomize", folder.appending(path: overlay).path])
                #expect(built.status == 0, "\(built.err)")
                let file = gyrus.folder.appending(path: "built.yaml")
                try Data(built.out.utf8).write(to: file)
                let said = try python.run(
                    "import base64, sys, jsonschema, yaml, kubernetes_validate\n" + Self.operators + """
                        items = list(yaml.safe_load_all(open(sys.argv[1])))
                        def named(kind):
                            return {item["metadata"]["name"]: item for item in items if item["kind"] == kind}
                        for item in items:
                            check(item)
                            assert item["kind"] == "Namespace" or item["metadata"]["namespace"] == "lab", item["kind"]
                        (secret, held), = named("Secret").items()
                        pods = {**named("Deployment"), **named("StatefulSet")}
                        shown = set()
                        for name, item in pods.items():
                            pod = item["spec"]["template"]["spec"]
                            volume, = [volume["secret"] for volume in pod["volumes"] if "secret" in volume]
                            assert volume["secretName"] == secret and secret != "gyrus-keys", name
                            keys = {entry["key"] for entry in volume["items"]}
                            assert keys <= set(held["data"]) and len([key for key in keys if key.endswith(".key")]) == 1, name
                            if "bucket" in keys:
                                shown.add(name)
                            container, = pod["containers"]
                            text = str(container)
                            assert "AKIA1" not in text and "hidden1" not in text, name
                            assert "127.0.0.1" not in text and "ipc://" not in text, name
                        # Only the service that needs the credentials has them, in a file and in no environment.
                        assert shown == {"registry"}, shown
                        variables = {each["name"]: each["value"]
                                     for each in pods["registry"]["spec"]["template"]["spec"]["containers"][0]["env"]}
                        assert variables["GYRUS_BLOBS"] == "https://s3.example.org/bucket/gyrus"
                        assert variables["AWS_SHARED_CREDENTIALS_FILE"] == "/keys/bucket"
                        assert b"hidden1" in base64.b64decode(held["data"]["bucket"])
                        worker, = pods["trainer-worker"]["spec"]["template"]["spec"]["containers"]
                        assert worker["args"][-2:] == ["--device", "cuda"] and worker["resources"]["limits"]["nvidia.com/gpu"] == 1
                        # What is reached is served: every port of a Service is one of the pods that it selects.
                        for name, service in named("Service").items():
                            container, = pods[name]["spec"]["template"]["spec"]["containers"]
                            ports = {port["containerPort"] for port in container["ports"]}
                            assert {port["port"] for port in service["spec"]["ports"]} <= ports, name
                            assert any(str(port) in word or word == "--port=usual" for port in ports for word in container["args"])
                        policies = named("NetworkPolicy")
                        allowed = {port["port"]: rule["from"] for rule in policies["gyrus"]["spec"]["ingress"] for port in rule["ports"]}
                        assert {7101, 7105, 8470, 8471, 9471} <= set(allowed), allowed
                        assert allowed[9471][0]["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "watch"}
                        # Workers that reach each other know their address, admit the others, and are let through to each other alone.
                        for name, item in pods.items():
                            container, = item["spec"]["template"]["spec"]["containers"]
                            variables = {each["name"]: each for each in container["env"]}
                            peer = name in ("trainer-worker", "designer-worker")
                            assert peer == (name in policies), name
                            assert peer == ("GYRUS_ADDRESS" in variables), name
                            assert ("GYRUS_ADMIT" in variables) == (peer or item["kind"] == "StatefulSet"), name
                            if peer:
                                assert variables["GYRUS_ADDRESS"]["valueFrom"]["fieldRef"]["fieldPath"] == "status.podIP"
                                policy = policies[name]["spec"]
                                assert policy["podSelector"]["matchLabels"] == item["spec"]["selector"]["matchLabels"], name
                                assert any(policy["podSelector"] == each["podSelector"] for rule in policy["ingress"] for each in rule["from"])
                        for monitor in named("PodMonitor").values():
                            port = monitor["spec"]["podMetricsEndpoints"][0]["port"]
                            serving = {name for name, item in pods.items() for each in item["spec"]["template"]["spec"]["containers"][0].get("ports", []) if each["name"] == port}
                            assert serving == set(named("StatefulSet")), serving
                        scaled = [item for kind in ("HorizontalPodAutoscaler", "ScaledObject") for item in named(kind).values()]
                        assert {item["spec"]["scaleTargetRef"]["name"] for item in scaled} <= set(named("Deployment"))
                        for item in scaled:
                            assert "replicas" not in pods[item["spec"]["scaleTargetRef"]["name"]]["spec"], item
                        for item in named("HorizontalPodAutoscaler").values():
                            (metric,) = item["spec"]["metrics"]
                            # It counts running tasks, too: their workers are not to be taken away.
                            assert metric["external"]["metric"]["name"] == "gyrus_queue_usable_workers", metric
                        print(*sorted({item["kind"] for item in scaled}), len(scaled))
                        """, file.path
                ).trimmingCharacters(in: .whitespacesAndNewlines)
                #expect(said == (scaler.isEmpty ? "0" : "\(scaler) 3"))
            }
        }
    }

    @Test func `a Slurm worker that gets a GPU computes on it`() async throws {
        try await withProject { gyrus in
            let script = try await gyrus.run(["export", "slurm", "--gpus", "1"])
            #expect(script.status == 0 && script.out.contains("#SBATCH --gpus-per-task=1"), "\(script.err)")
            #expect(script.out.split(separator: "\n").last?.hasSuffix("--device cuda") == true, "\(script.out)")
            #expect(script.out.contains("export GYRUS_ADDRESS=$(hostname -I"))
            #expect(try await !gyrus.run(["export", "slurm"]).out.contains("--device"))
            // Only trainers can be reached by others, unless the admitted keys are given.
            let other = try await gyrus.run(["export", "slurm", "--worker", "designer-worker"])
            #expect(other.status == 0 && !other.out.contains("GYRUS_ADDRESS"), "\(other.err)")
        }
    }

    @Test func `a model's ID still exports the model`() async throws {
        try await withProject { gyrus in
            let help = try await gyrus.run(["export", "--help"])
            #expect(help.out.contains("systemd") && help.out.contains("kubernetes"))
            let model = try await gyrus.run(["export", "3fa27c11/48", "--output", gyrus.folder.path])
            #expect(model.status == 69, "\(model.err)")
        }
    }

    @Test(arguments: [
        (["slurm", "--workers", "0"], "--workers must be from 1 to 10000, not 0"),
        (["slurm", "--worker", "console"], "not 'console'"),
        (["kubernetes", "--namespace", "Big"], "'Big' is not a valid namespace"),
        (["kubernetes", "--storage", "1"], "--storage must be from 10 to 1000000 GiB, not 1"),
        (["kubernetes", "--gpus", "2"], "a worker uses one device"),
        (["slurm", "--gpus", "2"], "--gpus must be from 0 to 1, not 2"),
        (["kubernetes", "--blob-credentials", "x"], "requires --blobs"),
        (["kubernetes", "--blobs", "https://h/b"], "name their file with --blob-credentials"),
    ])
    func `an invalid option is named`(words: [String], message: String) async throws {
        try await withProject { gyrus in
            let output = try await gyrus.run(["export"] + words)
            #expect(output.status == 2 && output.err.contains(message), "\(output.err)")
        }
    }
}

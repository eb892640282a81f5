import Foundation
import TestSupport
import Testing

/// What other systems get to run Gyrus, judged by those systems' own checks.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ExportTests {
    @Test(.enabled(if: Tool.systemd != nil, "systemd-analyze is not installed (Debian: systemd)"))
    func `systemd finds nothing wrong with its units`() async throws {
        let analyze = try #require(Tool.systemd)
        try await withProject { gyrus in
            let folder = gyrus.folder.appending(path: "units")
            let programs = try ChildProcess.executable("gyrus").deletingLastPathComponent().path
            let export = try await gyrus.run([
                "export", "systemd", "--user", "root", "--programs", programs, "--output", folder.path,
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
            let security = try await analyze.run("security", "--offline=true", "--threshold=40", unit)
            #expect(security.status == 0, "\(security.out.suffix(200))")
        }
    }

    @Test func `every object for Kubernetes is one by the schemas of its API`() async throws {
        let python: PythonEnvironment
        do { python = try PythonEnvironment(with: "kubernetes_validate") } catch {
            try Test.cancel("there is no Python with kubernetes-validate: \(error)")
        }
        try await withProject { gyrus in
            let folder = gyrus.folder.appending(path: "deploy")
            let export = try await gyrus.run([
                "export", "kubernetes", "--gpus", "1", "--data-claim", "raw", "--output", folder.path,
            ])
            #expect(export.status == 0, "\(export.err)")
            let report = try python.run(
                """
                import glob, os, sys, yaml, kubernetes_validate
                kinds = {}
                for path in sorted(glob.glob(sys.argv[1] + '/**/*.yaml', recursive=True)):
                    for item in yaml.safe_load_all(open(path)):
                        kinds[item['kind']] = kinds.get(item['kind'], 0) + 1
                        if item['apiVersion'].startswith(('kustomize', 'keda')):
                            folder = os.path.dirname(path)
                            for file in item.get('resources', []):
                                assert os.path.exists(os.path.join(folder, file)), file
                            for secret in item.get('secretGenerator', []):
                                for file in secret['files']:
                                    assert os.path.exists(os.path.join(folder, file)), file
                            continue
                        kubernetes_validate.validate(item, '1.28', strict=True)
                print(' '.join(f'{kind}={kinds[kind]}' for kind in sorted(kinds)))
                """, folder.path)
            #expect(
                report.trimmingCharacters(in: .whitespacesAndNewlines)
                    == "Deployment=4 HorizontalPodAutoscaler=3 Kustomization=3 Namespace=1 NetworkPolicy=1"
                    + " PodDisruptionBudget=8 ScaledObject=3 Service=6 StatefulSet=5")
            // Keys are made once: those in a cluster are not to be cut off by the next export.
            let key = folder.appending(path: "base/keys/registry.key")
            let before = try Data(contentsOf: key)
            #expect(try await gyrus.run(["export", "kubernetes", "--output", folder.path]).status == 0)
            #expect(try Data(contentsOf: key) == before)
            let registry = try String(contentsOf: folder.appending(path: "base/registry.yaml"), encoding: .utf8)
            #expect(!registry.contains("ipc://"))
        }
    }

    @Test func `a model's identity still exports the model`() async throws {
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
    ])
    func `an option that cannot be is named`(words: [String], message: String) async throws {
        try await withProject { gyrus in
            let output = try await gyrus.run(["export"] + words)
            #expect(output.status == 2 && output.err.contains(message), "\(output.err)")
        }
    }
}

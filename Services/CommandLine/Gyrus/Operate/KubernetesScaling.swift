import Launcher
import ServiceClient

/// Scales workers with the queues, based on Prometheus metrics.
extension KubernetesManifests {
    /// The overlays.
    var scalingFiles: [(name: String, text: String)] {
        [
            ("overlays/hpa/kustomization.yaml", Self.overlay(["autoscaling.yaml", "pod-monitor.yaml"], namespace)),
            ("overlays/hpa/autoscaling.yaml", workers.map(horizontalScaling).joined(separator: "---\n")),
            ("overlays/hpa/pod-monitor.yaml", podMonitor),
            ("overlays/keda/kustomization.yaml", Self.overlay(["scaled-objects.yaml", "pod-monitor.yaml"], namespace)),
            ("overlays/keda/scaled-objects.yaml", workers.map(scaledObject).joined(separator: "---\n")),
            ("overlays/keda/pod-monitor.yaml", podMonitor),
        ]
    }

    /// The scalable workers, whose tasks come from a queue.
    private var workers: [ServiceDefinition] {
        project.services.filter { $0.singleReason == nil && $0.name.hasSuffix("-worker") }
    }

    /// Makes the Prometheus operator read the metrics of every service, with the service's name as a label for queries.
    private var podMonitor: String {
        document(
            head("PodMonitor", "gyrus", version: "monitoring.coreos.com/v1") + [
                "spec:", "  selector: {matchLabels: {app.kubernetes.io/part-of: gyrus}}",
                "  podMetricsEndpoints:", "    - port: metrics", "      path: /metrics", "      interval: 15s",
                "      relabelings:",
                "        - {sourceLabels: [__meta_kubernetes_pod_label_app_kubernetes_io_name], targetLabel: service}",
            ])
    }

    private static func overlay(_ files: [String], _ namespace: String) -> String {
        """
        apiVersion: kustomize.config.k8s.io/v1beta1
        kind: Kustomization
        namespace: \(namespace)
        resources:
          - ../../base
        \(files.map { "  - \($0)" }.joined(separator: "\n"))
        # The autoscaler sets the number of workers.
        patches:
          - target: {kind: Deployment, name: .*-worker}
            patch: |-
              - op: remove
                path: /spec/replicas

        """
    }

    private func queue(of worker: ServiceDefinition) -> String { String(worker.name.dropLast("-worker".count)) }

    private func horizontalScaling(_ worker: ServiceDefinition) -> String {
        document(
            head("HorizontalPodAutoscaler", worker.name, version: "autoscaling/v2") + [
                "spec:", "  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: \(worker.name)}",
                "  minReplicas: 1", "  maxReplicas: 32",
                "  behavior: {scaleDown: {stabilizationWindowSeconds: 300}}",
                "  metrics:",
                "    # As many workers as the tasks can use. The Prometheus adapter must serve the metric.",
                "    - type: External",
                "      external:",
                "        metric:", "          name: \(ServiceMetric.usableWorkers.name)", "          selector:",
                "            matchLabels: {service: \(queue(of: worker))}",
                "        target: {type: AverageValue, averageValue: \"1\"}",
            ])
    }

    private func scaledObject(_ worker: ServiceDefinition) -> String {
        let query = "sum(\(ServiceMetric.usableWorkers.name){service=\"\(queue(of: worker))\"})"
        return document(
            head("ScaledObject", worker.name, version: "keda.sh/v1alpha1") + [
                "spec:", "  scaleTargetRef: {name: \(worker.name)}", "  minReplicaCount: 0", "  maxReplicaCount: 32",
                "  cooldownPeriod: 300", "  triggers:", "    - type: prometheus", "      metadata:",
                "        serverAddress: http://prometheus-operated.\(monitoring).svc:9090",
                "        query: \(text(query))", "        threshold: \"1\"", "        activationThreshold: \"0\"",
            ])
    }
}

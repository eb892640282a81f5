import Foundation
import Model
import TestSupport
import Testing

@Suite struct `Shipped scenarios` {
    @Test func `every scenario in Compose can be read`() throws {
        let files = try FileManager.default.contentsOfDirectory(
            at: DeliveredFiles.scenarios, includingPropertiesForKeys: nil)
        #expect(files.contains { $0.lastPathComponent == "av-mnist.yaml" })
        for file in files where file.pathExtension == "yaml" {
            let text = try String(contentsOf: file, encoding: .utf8)
            let scenario = try ScenarioFile(text, file: file.lastPathComponent).scenario
            #expect(!scenario.data.modalities.isEmpty)
        }
    }
}

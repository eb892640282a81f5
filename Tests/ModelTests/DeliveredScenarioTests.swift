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
            // Its own data is prepared before the rest of a scenario is read; 'Own data on the command line' does so.
            if let settings = try ScenarioFile.dataSettings(text, file: file.lastPathComponent) {
                #expect(settings.modalities?.isEmpty == false && settings.source.hasSuffix(".jsonl"))
            } else {
                #expect(try !ScenarioFile(text, file: file.lastPathComponent).scenario.data.modalities.isEmpty)
            }
        }
    }
}

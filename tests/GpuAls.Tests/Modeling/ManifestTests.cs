using System.Text.Json;

namespace GpuAls.Tests.Modeling;

/// <summary>
/// The layout of manifests is frozen: other programs read them. A change needs another format version.
/// </summary>
public sealed class ManifestTests
{
    private const string Frozen = """
        {
          "format_version": 2,
          "gpuals_version": "1.2.3",
          "started_at": "2026-01-02T03:04:05Z",
          "seconds": 1.5,
          "input": {
            "locations": [
              "plays/"
            ],
            "user_column": "user",
            "item_column": "item",
            "weight_column": "plays",
            "on_bad_row": "skip"
          },
          "rank": 3,
          "preset": "ials",
          "options": {
            "rank": 3,
            "iterations": 10,
            "regularization": 0.2,
            "alpha": 1,
            "feedback": "implicit",
            "confidence": "log",
            "epsilon": 1,
            "confidence_offset": 0,
            "objective": "ials",
            "unobserved_weight": 1,
            "regularization_scaling": "count",
            "regularization_exponent": 1,
            "first": "users",
            "solver": "cholesky",
            "nonnegative": false,
            "conjugate_gradient_steps": 3,
            "block_size": 64,
            "precision": "fp32",
            "seed": 42,
            "acceleration": "momentum",
            "track_loss": false
          },
          "lists": {
            "top": 10,
            "include_played": false,
            "shape": "flat",
            "file": null
          },
          "data": {
            "users": 5,
            "items": 7,
            "plays": 13,
            "cancelled_pairs": 0,
            "users_without_plays": 1,
            "user_id_type": "string",
            "item_id_type": "int64",
            "read": {
              "files": 1,
              "rows": 13,
              "zero_weight_rows": 0,
              "bad_rows": 0
            }
          },
          "device": "cpu (test)",
          "iterations": [
            {
              "iteration": 1,
              "seconds": 0.5,
              "loss": 12.25,
              "fp64_rows": 3,
              "jittered_rows": 0
            }
          ],
          "timings_seconds": {
            "train": 0.5
          },
          "sha256": {}
        }
        """;

    [Test]
    public void Manifest_Layout_IsFrozen() =>
        Assert.That(
            JsonSerializer.Serialize(SampleModel.Manifest(SampleModel.Create()), ManifestJson.Default.ModelManifest),
            Is.EqualTo(Frozen.ReplaceLineEndings("\n")));

    [Test]
    public void Manifest_Frozen_IsRead()
    {
        var read = JsonSerializer.Deserialize(Frozen, ManifestJson.Default.ModelManifest)!;

        Assert.That(
            JsonSerializer.Serialize(read, ManifestJson.Default.ModelManifest),
            Is.EqualTo(Frozen.ReplaceLineEndings("\n")));
    }
    [Test]
    public void Manifest_OfImplicitFeedbackBeforeThereWasAnother_IsRead()
    {
        var before = Frozen.Replace("\"feedback\": \"implicit\",", "", StringComparison.Ordinal)
            .Replace("\"nonnegative\": false,", "", StringComparison.Ordinal);

        var read = JsonSerializer.Deserialize(before, ManifestJson.Default.ModelManifest)!;

        Assert.That((read.Options.Feedback, read.Options.Nonnegative), Is.EqualTo((Feedback.Implicit, false)));
    }
}

using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using GpuAls.Kernels;

namespace GpuAls.Tests;

/// <summary>Data flows one way: a stage uses earlier stages only; the kernels know nothing of the library.</summary>
public sealed class ArchitectureTests
{
    private static readonly string[] Stages =
    [
        "Storage", "Sampling", "Reading", "Indexing", "Sparse", "Engines", "Training", "Modeling", "Evaluation", "Recommendation", "Export", "Reporting", "Jobs",
    ];

    private static readonly Architecture Loaded = new ArchLoader().LoadAssemblies(typeof(FailureKind).Assembly, typeof(Float4).Assembly).Build();

    [Test]
    public void Stages_UseEarlierStagesOnly()
    {
        var upward = Dependencies().Where(pair => StageOf(pair.Target) > StageOf(pair.Source)).Select(pair => $"{pair.Source} uses {pair.Target}");

        Assert.That(upward.Distinct(), Is.Empty);
    }

    [Test]
    public void Dependencies_OfALateStage_AreSeen() =>
        Assert.That(Dependencies(), Has.Some.Matches<(string Source, string Target)>(pair =>
            StageOf(pair.Source) == Array.IndexOf(Stages, "Jobs") && StageOf(pair.Target) == Array.IndexOf(Stages, "Training")));

    [Test]
    public void Library_EveryNamespace_IsAStage()
    {
        var strangers = Types().Where(type => !type.StartsWith("GpuAls.Kernels", StringComparison.Ordinal) && type.Count(letter => letter == '.') > 1 && StageOf(type) < 0);

        Assert.That(strangers, Is.Empty);
    }

    [Test]
    public void Kernels_UseNothingOfTheLibrary()
    {
        var outward = Dependencies().Where(pair => pair.Source.StartsWith("GpuAls.Kernels.", StringComparison.Ordinal)
            && pair.Target.StartsWith("GpuAls.", StringComparison.Ordinal) && !pair.Target.StartsWith("GpuAls.Kernels.", StringComparison.Ordinal));

        Assert.That(outward, Is.Empty);
    }

    private static IEnumerable<string> Types() => Loaded.Types.Select(type => type.FullName).Where(name => name.StartsWith("GpuAls.", StringComparison.Ordinal));

    private static IEnumerable<(string Source, string Target)> Dependencies() => Loaded.Types
        .Where(type => type.FullName.StartsWith("GpuAls.", StringComparison.Ordinal))
        .SelectMany(type => type.Dependencies.Select(dependency => (type.FullName, dependency.Target.FullName)));

    /// <summary>The stage of a type; -1 for the root and what is not ours.</summary>
    private static int StageOf(string type) =>
        type.StartsWith("GpuAls.", StringComparison.Ordinal) ? Array.IndexOf(Stages, type.Split('.')[1]) : -1;
}

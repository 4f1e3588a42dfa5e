using GpuAls.Tests.Processes;
using GpuAls.Tests.Training;

namespace GpuAls.Tests.Evaluation.Tuning;

/// <summary>Several processes share out the trials of a search.</summary>
internal sealed class SharedSearchTests
{
    private static readonly AlsOptions Base = new() { Rank = 2, Iterations = 12, Alpha = 2, Regularization = 0.3 };

    /// <summary>The last trial fails: there are only 23 items.</summary>
    private static readonly AlsOptions[] Grid =
    [
        .. from alpha in new[] { 1.0, 9 }
           from lambda in new[] { 0.1, 2 }
           from rank in new[] { 2, 5 }
           select Base with { Alpha = alpha, Regularization = lambda, Rank = rank },
        Base with { Rank = 100 },
    ];

    private static readonly SearchOptions Bayes = new()
    {
        Kind = SearchKind.Bayes,
        Metric = "ndcg@3",
        Trials = 14,
    };

    private static SearchOptions[] Listed =>
    [
        new() { Metric = "ndcg@3", Patience = 2 },
        new() { Metric = "auc", Kind = SearchKind.Halving, Eta = 2, Patience = 0 },
        new() { Metric = "ndcg@3", Kind = SearchKind.Halving, Eta = 3, Patience = 2 },
    ];

    [TestCaseSource(nameof(Listed))]
    public void Run_ListedTrials_ComeToTheSameOnAnyNumberOfProcesses(SearchOptions options)
    {
        var one = Run(1, options, new TrialNotes());

        Assert.That(one, Has.Length.EqualTo(Grid.Length));
        foreach (var size in (int[])[2, 3, 5])
        {
            var journal = new TrialNotes();
            Assert.That(Run(size, options, journal), Is.EqualTo(one), $"{size} processes");
            Assert.That(Run(1, options, journal), Is.EqualTo(one), "all are in the journal");
        }
    }

    /// <summary>A search that is stopped goes on with another number of processes.</summary>
    [Test]
    public void Run_StoppedListedTrials_GoOnWithOtherProcesses(
        [ValueSource(nameof(Listed))] SearchOptions options, [Values(1, 4, 7)] int stop)
    {
        var one = Run(1, options, new TrialNotes());

        foreach (var (before, after) in ((int, int)[])[(3, 2), (2, 1), (1, 3)])
        {
            using var source = new CancellationTokenSource();
            var journal = new TrialNotes { After = (stop, source.Cancel) };
            Run(before, options, journal, cancellation: source.Token, isStopped: true);
            Assert.That(journal.All.Count(), Is.InRange(stop, stop + before - 1));

            Assert.That(Run(after, options, journal), Is.EqualTo(one), $"{before} processes, then {after}");
        }
    }

    /// <summary>Proposals depend on the number of processes, and not on which of them is faster.</summary>
    [Test]
    public void Run_Bayes_IsTheSameEachTime([Values(2, 3)] int size)
    {
        var journal = new TrialNotes();
        var first = Run(size, Bayes, journal);

        Assert.That(Run(size, Bayes, new TrialNotes()), Is.EqualTo(first));
        Assert.That(Run(1, Bayes, journal), Is.EqualTo(first), "all are in the journal");
        var known = journal.All.Where(result => result.Trial <= 14).OrderBy(result => result.Trial)
            .Select(result => result.ProposedAfter ?? result.Trial - 1);
        Assert.That(known, Is.EqualTo(Enumerable.Range(0, 14).Select(trial => trial / size * size)));
    }

    /// <summary>What was lost of a round is proposed again as it was, then come rounds of the new size.</summary>
    [TestCase(3, 3)]
    [TestCase(3, 1)]
    [TestCase(2, 3)]
    [TestCase(1, 2)]
    public void Run_StoppedBayes_GoesOnWithOtherProcesses(int before, int after)
    {
        var whole = new TrialNotes();
        Run(before, Bayes, whole);
        var lost = new TrialNotes();
        foreach (var result in whole.All.Where(result => result.Trial <= 11 && result.Trial != 8)) lost.Add(result);
        var kept = lost.All.ToArray();

        var results = Run(after, Bayes, lost);

        Assert.That(lost.All.Take(kept.Length), Is.EqualTo(kept), "none is done again");
        Assert.That(SearchSamples.Text(lost.Find(8, 1)!), Is.EqualTo(SearchSamples.Text(whole.Find(8, 1)!)));
        Assert.That(results, Has.Length.AtLeast(15));
        if (before == after) Assert.That(results, Is.EqualTo(Run(before, Bayes, new TrialNotes())));
    }

    /// <summary>Ranks that others turn out not to lead to do not count, nor do they change what comes after.</summary>
    [TestCase("8,16,32,40,48")]
    [TestCase("2,4,8,16,32")]
    [TestCase("32,34,36,38")]
    public void Run_Ranks_ComeToTheSameOnAnyNumberOfProcesses(string ranks)
    {
        int[] parsed = [.. ranks.Split(',').Select(int.Parse)];
        var one = Run(1, Bayes, new TrialNotes(), sourceOf: Ladder);

        Assert.That(one, Has.Length.GreaterThan(2));
        foreach (var size in (int[])[2, 4])
        {
            var journal = new TrialNotes();
            Assert.That(Run(size, Bayes, journal, sourceOf: Ladder), Is.EqualTo(one), $"{size} processes");
            Assert.That(journal.All.Select(result => result.Trial), Is.Ordered);
            Assert.That(journal.All.Skip(2).Select(result => result.ProposedAfter), Is.All.Null);
        }

        RankLadder Ladder() => new(new ListedTrials([Base, Base with { Alpha = 9 }]), parsed);
    }

    /// <summary>What a full device fails goes to others, so that all trials come to what one process finds.</summary>
    [Test]
    public void Run_DevicesThatAreFull_LeaveTheTrialsToOthers([Values(0, 1, 2)] int sound)
    {
        foreach (var options in Listed)
        {
            var group = new ThreadGroup(3);
            var results = group.Run(process => Search(
                process, options, process.Rank == 0 ? new TrialNotes() : null, default, isFull: process.Rank != sound));

            Assert.That(group.Failures, Is.All.Null);
            Assert.That(results[0], Is.EqualTo(Run(1, options, new TrialNotes())), options.Kind.ToString());
        }
    }

    /// <summary>What no process has room for has failed.</summary>
    [Test]
    public void Run_AllDevicesAreFull_FailsAsOneProcess()
    {
        var group = new ThreadGroup(3);
        group.Run(process => Search(process, Listed[0], new TrialNotes(), default, isFull: true));

        Assert.That(group.Failures[0]?.Message, Does.StartWith("every trial failed").And.EndWith("full."));
    }

    /// <summary>What only one process can tell ends the search.</summary>
    [TestCase(0)]
    [TestCase(1)]
    public void Run_AProcessThatBreaks_EndsAll(int broken)
    {
        var group = new ThreadGroup(3);
        group.Run(process => Search(
            process, Listed[0], new TrialNotes(), default, isBroken: process.Rank == broken));

        Assert.That(group.Failures, Is.All.Not.Null);
        Assert.That(group.Failures[broken], Is.InstanceOf<NotSupportedException>());
    }

    /// <summary>The time is over for all at once.</summary>
    [Test]
    public void Run_TimeIsOver_StopsAllTrials()
    {
        var journal = new TrialNotes();
        Run(1, Listed[0], journal);
        var two = new TrialNotes();
        foreach (var result in journal.All.Take(2)) two.Add(result);

        var results = Run(3, Listed[0] with { Time = TimeSpan.FromHours(1) }, two, time: new FastClock());

        Assert.That(results, Has.Length.EqualTo(2));
    }

    /// <summary>Runs a search; the results of process 0.</summary>
    private static string[] Run(
        int size, SearchOptions options, TrialNotes journal, TimeProvider? time = null, bool isStopped = false,
        Func<ITrialSource>? sourceOf = null, CancellationToken cancellation = default)
    {
        var group = new ThreadGroup(size);
        var results = group.Run(process => Search(
            process, options, process.Rank == 0 ? journal : null, cancellation, time, sourceOf: sourceOf));
        Assert.That(group.Failures, isStopped ? Is.All.InstanceOf<OperationCanceledException>() : Is.All.Null);
        return results[0];
    }

    private static string[] Search(
        IProcessGroup group, SearchOptions options, TrialNotes? journal, CancellationToken cancellation,
        TimeProvider? time = null, bool isBroken = false, bool isFull = false, Func<ITrialSource>? sourceOf = null)
    {
        using var host = new HostEngine(1);
        using IAlsEngine engine = isFull ? new FailingEngine(host.Capabilities) : host;
        Evaluator[] folds = [SearchSamples.Fold(itemCount: sourceOf is null ? 23 : 50)];
        var ranks = SearchAxis.Parse(AlsParameters.Table["rank"], "2,4");
        var source = sourceOf is not null ? sourceOf()
            : options.Kind == SearchKind.Bayes
            ? SearchPlan.Of(options, new SearchSpace(Base, [ranks]), folds[0].HeldOut.Train).Trials
            : new ListedTrials(Grid);
        var search = new HyperparameterSearch(engine, folds, source, options, new BootstrapOptions(9, 1))
        {
            Group = group,
            Time = time ?? TimeProvider.System,
            Refolding = isBroken ? (Base with { MaxWeight = 1 }, _ => throw new NotSupportedException()) : null,
        };
        if (group.Rank == 0) return [.. search.Run(journal!, null, cancellation).Select(SearchSamples.Text)];
        search.Help(cancellation);
        return [];
    }
}

using GpuAls.Tests.Cli;

namespace GpuAls.Tests.Recommendation;

/// <summary>Lists for users that a model was not trained with.</summary>
public sealed class FoldInTests : SamplePlaysFixture
{
    /// <summary>
    /// A plain training that solves users last has solved them against the item factors that are saved, so folding the
    /// same users in gives the same bytes.
    /// </summary>
    [TestCase]
    [TestCase("--confidence", "linear", "--alpha", "3", "--max-weight", "2")]
    [TestCase("--preset", "ials")]
    [TestCase("--preset", "spark")]
    [TestCase("--nonnegative")]
    [TestCase("--feedback", "explicit")]
    [TestCase("--rank", "30")]
    public async Task FoldIn_UsersOfTheTraining_HaveTheSameFactors(params string[] options)
    {
        var folder = await TrainAsync("same", ["--acceleration", "none", "--first", "items", .. options]);
        var model = await ModelReader.ReadAsync(folder);
        var all = new InteractionMatrix(model.Users, model.Items, model.Plays) { Feedback = model.Feedback };
        using var engine = new HostEngine();
        using var fold = new FoldIn(model, engine);

        var (folded, counts) = fold.Of(all);

        Assert.That(counts, Is.EqualTo(new FoldInCounts(model.Users.Count, 0, 0, 0)));
        Assert.That(folded.UserFactors.ToArray(), Is.EqualTo(model.UserFactors.ToArray()));
        var lists = (await Tool.SucceedAsync("recommend", folder, "--device", "cpu")).Out;
        var again = await Tool.SucceedAsync("recommend", folder, "--plays", PlaysFile, "--device", "cpu");
        Assert.That(again.Out.Split('\n').Order(), Is.EqualTo(lists.Split('\n').Order()));
    }

    /// <summary>The normal equations of one user, written out in fp64.</summary>
    [Test]
    public async Task FoldIn_AnyUser_SolvesTheNormalEquations()
    {
        var model = await ModelReader.ReadAsync(await TrainAsync("equations", ["--rank", "5"]));
        var plays = new CsrMatrix(model.Items.Count, [0, 3], [1, 4, 17], [2, -1, 9]);
        using var engine = new HostEngine();
        using var fold = new FoldIn(model, engine);

        var x = fold.Solve(plays)[0].ToArray();

        var (rank, o) = (model.Rank, model.Options);
        for (var row = 0; row < rank; row++)
        {
            // α₀ YᵀY x + Σ conf (y·x) y + λ n x = Σ over the liked of (α₀ + conf) y; n counts the two plays above 0
            var (left, right) = (o.Regularization * 2 * x[row], 0.0);
            for (var item = 0; item < model.Items.Count; item++)
            {
                var y = model.ItemFactors[item];
                double dot = 0;
                for (var i = 0; i < rank; i++) dot += (double)y[i] * x[i];
                var entry = plays.RowIndices(0).IndexOf(item);
                var play = entry < 0 ? 0 : plays.RowValues(0)[entry];
                var confidence = o.Alpha * Math.Log(1 + (Math.Abs(play) / o.Epsilon));
                left += (o.UnobservedWeight + confidence) * dot * y[row];
                if (play > 0) right += (o.UnobservedWeight + confidence) * y[row];
            }

            Assert.That(left, Is.EqualTo(right).Within(1e-4));
        }
    }

    [Test]
    public async Task Recommend_NewUsers_GetListsOfItemsTheyHaveNotPlayed()
    {
        var folder = await TrainAsync("new", []);
        var before = Directory.GetFiles(folder).ToDictionary(file => file, File.ReadAllBytes);
        var items = File.ReadLines(PlaysFile).Skip(1).Select(line => line.Split(',')[1]).Distinct().Take(3).ToArray();
        File.WriteAllLines(
            Folder.At("new.csv"),
            [
                "user,item,plays", $"zoe,{items[0]},3", $"zoe,{items[1]},1", "zoe,unheard,2", "max,unheard,1",
                $"kim,{items[2]},5",
            ]);

        var run = await Tool.SucceedAsync(
            "recommend", folder, "--plays", Folder.At("new.csv"), "--top", "40", "--device", "cpu");

        var lists = run.Lines[1..].Select(line => line.Split(',')).ToLookup(line => line[0], line => line[1]);
        Assert.That(lists.Select(list => list.Key), Is.EquivalentTo(new[] { "zoe", "kim" }));
        Assert.That(lists["zoe"].Count(), Is.EqualTo(40));
        Assert.That(lists["zoe"].Intersect(items[..2]), Is.Empty);
        Assert.That(run.Error, Does.Contain("2 users folded in").And.Contain(
            "2 plays were left out: the model does not have 1 item of them; 1 user has no other plays and gets no "
            + "list."));
        foreach (var (file, bytes) in before) Assert.That(File.ReadAllBytes(file), Is.EqualTo(bytes), file);
    }

    [Test]
    public async Task Recommend_UserOfTheModelInPlays_IsListedFromThesePlays()
    {
        var folder = await TrainAsync("known", []);
        var user = File.ReadLines(PlaysFile).Skip(1).First().Split(',')[0];
        var item = File.ReadLines(PlaysFile).Last().Split(',')[1];
        File.WriteAllLines(Folder.At("known.csv"), ["user,item,plays", $"{user},{item},1"]);

        var run = await Tool.SucceedAsync(
            "recommend", folder, "--plays", Folder.At("known.csv"), "--user", user, "--top", "45", "--device", "cpu");

        Assert.That(run.Lines, Has.Length.EqualTo(46), "only the one item is left out");
    }

    [TestCase(new[] { "--for", "items" }, 2, "--plays cannot be used with --for items")]
    [TestCase(new[] { "--user", "nobody" }, 3, "the model has no user 'nobody'")]
    public async Task Recommend_OptionsThatDoNotFit_AreRefused(string[] options, int exitCode, string message)
    {
        var folder = await TrainAsync("refused", []);

        var run = await Tool.RunAsync(["recommend", folder, "--plays", PlaysFile, "--device", "cpu", .. options]);

        Assert.That(run.ExitCode, Is.EqualTo(exitCode));
        Assert.That(run.Error, Does.Contain(message));
    }

    [Test]
    public async Task Recommend_PlaysOfOtherItems_AreRefused()
    {
        var folder = await TrainAsync("others", []);
        File.WriteAllLines(Folder.At("others.csv"), ["user,item,plays", "a,b,1", "a,c,1"]);

        var run = await Tool.RunAsync("recommend", folder, "--plays", Folder.At("others.csv"), "--device", "cpu");

        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Does.Contain("none of the 2 items in the plays is in the model"));
    }

    private async Task<string> TrainAsync(string name, string[] options)
    {
        var folder = Folder.At(name);
        await Tool.SucceedAsync(
            [
                "train", PlaysFile, "--weight-column", "plays", "--output", folder, "--overwrite", "--device", "cpu",
                "--iterations", "3", .. options,
                .. options.Contains("--rank") ? Array.Empty<string>() : ["--rank", "6"],
            ]);
        return folder;
    }
}

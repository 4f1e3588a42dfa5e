using GpuAls;

namespace GpuAls.Tests.Cli;

/// <summary>The use of the library that docs/library.md shows, line by line.</summary>
internal static class LibraryExample
{
    public static async Task RunAsync()
    {
        using var engine = EngineFactory.Create(DeviceRequest.Parse("auto"), out var reason);
        var plays = CsrBuilder.Build(await InteractionLoader.LoadAsync(["plays.parquet"], new InteractionSchema { WeightColumn = "plays" }));
        var options = new AlsOptions { Rank = 64 };
        var model = new FactorModel(plays, options, new AlsTrainer(engine, options).Fit(plays));
        using var recommender = new Recommender(model, engine);
        foreach (var batch in recommender.Recommend(Recommender.UsersWithPlays(model), k: 10, includePlayed: false))
        {
            for (var i = 0; i < batch.UserIndices.Length; i++)
                Console.WriteLine($"{model.Users.Format(batch.UserIndices[i])}: {model.Items.Format(batch.ItemIndices[i * batch.K])}");
        }
    }
}

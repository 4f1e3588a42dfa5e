using GpuAls.Bench.OnGpu;

namespace GpuAls.Bench.TopK;

/// <summary>A model to take lists from: trained for a short time, so that scores have the order that a model gives them.</summary>
/// <param name="Model">Factors and plays.</param>
/// <param name="Queries">User factors on the engine.</param>
/// <param name="Items">Item factors on the engine.</param>
/// <param name="Seen">The plays, on the engine.</param>
internal sealed record TopKModel(FactorModel Model, IEngineFactors Queries, IEngineFactors Items, IEnginePlays Seen) : IDisposable
{
    private const int Iterations = 2;

    public int Users => Model.Users.Count;

    public static TopKModel Train(IAlsEngine engine, InteractionMatrix plays, int rank)
    {
        var trained = new AlsTrainer(engine, TrainingRun.Options(rank, Iterations)).Fit(plays);
        var model = new FactorModel(plays.Users, plays.Items, plays.ByUser, rank, trained.UserFactors, trained.ItemFactors);
        return new TopKModel(model, engine.LoadFactors(model.UserFactors, rank), engine.LoadFactors(model.ItemFactors, rank), engine.LoadPlays(plays.ByUser));
    }

    /// <summary>Multiplications with addition of the scores of some users.</summary>
    public double UsefulFmas(int users) => (double)users * Model.Items.Count * Model.Rank;

    public void Dispose()
    {
        Queries.Dispose();
        Items.Dispose();
        Seen.Dispose();
    }
}

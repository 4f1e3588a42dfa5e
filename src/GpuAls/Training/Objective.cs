namespace GpuAls;

/// <summary>What observed pairs are pulled toward.</summary>
public enum Objective
{
    /// <summary>Toward 1 with weight α₀ + conf (Hu, Koren and Volinsky, 2008; Spark; implicit).</summary>
    HuKorenVolinsky,

    /// <summary>Toward 1 with weight conf and, like all pairs, toward 0 with weight α₀ (Rendle et al., 2021).</summary>
    Ials,
}

namespace GpuAls;

/// <summary>How alike two items are, by who has played them above 0; how often does not matter. Aᵢ is the set of users of item i.</summary>
public enum Similarity
{
    /// <summary>|Aᵢ ∩ Aⱼ| ÷ |Aᵢ ∪ Aⱼ|.</summary>
    Jaccard,

    /// <summary>|Aᵢ ∩ Aⱼ| ÷ √(|Aᵢ|·|Aⱼ|).</summary>
    Cosine,
}

using IceSharp.Samples.Terminal;

namespace IceSharp.Samples.CopyPastePeer.Signaling;

/// <summary>Gets a description from the other side that can be used, and says what is wrong with those that cannot.</summary>
internal sealed class DescriptionExchange(ISignaling signaling, StateLine output)
{
    private const int MaxTries = 20, MaxComplaints = 5;

    public Task SendAsync(string name, IceDescription ours, CancellationToken cancellationToken) =>
        signaling.SendAsync(name, ours.ToSdp(), cancellationToken);

    /// <summary>Asks until a usable description comes.</summary>
    /// <param name="name">What it is called: "offer" or "answer".</param>
    /// <param name="kind">The same for the reader.</param>
    /// <param name="ours">Our own description when it is out already: it comes back by mistake.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    /// <returns>Null when the other side sends nothing more.</returns>
    public async Task<IceDescription?> ReceiveAsync(
        string name, IceDescriptionKind kind, IceDescription? ours, CancellationToken cancellationToken)
    {
        for (int i = 0; i < MaxTries && await signaling.ReceiveAsync(name, cancellationToken) is { } text; i++)
        {
            if (FindFault(text, name, kind, ours, out IceDescription? description) is not { } fault)
            {
                return description;
            }

            output.WriteLine($"That is no {name} to work with: {fault}");
            output.WriteLine("Please try again.");
        }

        return null;
    }

    private static string? FindFault(string text, string name, IceDescriptionKind kind, IceDescription? ours, out IceDescription? description)
    {
        if (!IceDescription.TryParse(text, kind, out description, out IReadOnlyList<SdpDiagnostic> diagnostics))
        {
            IEnumerable<SdpDiagnostic> worst = diagnostics.OrderByDescending(d => d.Outcome == SdpOutcome.Refused).ThenByDescending(d => d.Outcome == SdpOutcome.Error);
            return string.Join(Environment.NewLine, worst.Take(MaxComplaints));
        }

        if (ours is not null && ours.Streams[0].Ufrag == description.Streams[0].Ufrag)
        {
            return $"it is our own description. Copy it to the other side and paste the {name} from there.";
        }

        // A line that got lost on the way shows as nothing at all: say what is missing.
        if (description.Streams.Count != 1)
        {
            return $"it has {description.Streams.Count} m= lines, this program speaks one audio stream.";
        }

        return description.Streams[0] switch
        {
            { IsRejected: true } => "the other side refuses the audio stream (port 0 in its m= line).",
            { SupportsIce: false } => $"a=ice-ufrag or a=ice-pwd is missing.{Environment.NewLine}{string.Join(Environment.NewLine, diagnostics.Take(MaxComplaints))}",
            { Candidates.Count: 0 } => "there is no usable a=candidate line.",
            _ => null,
        };
    }
}

namespace IceSharp.Protocol.Agent;

/// <summary>One check on its way: what it said when it was sent, which is what its answer is judged by.</summary>
/// <param name="Pair">The pair it checks.</param>
/// <param name="Credentials">The peer's credentials it was made with.</param>
/// <param name="Role">The role it showed (a 487 switches to the other one, RFC 8445 §7.2.5.1).</param>
/// <param name="Priority">Its PRIORITY, which a candidate learnt from its answer gets.</param>
/// <param name="UseCandidate">Whether it nominates.</param>
/// <param name="Nomination">The value of its nomination where both agents renominate, else null.</param>
internal sealed record CheckAttempt(CandidatePair Pair, RemoteCredentials Credentials, IceRole Role, uint Priority, bool UseCandidate, uint? Nomination)
{
    /// <summary>Whether an answer came whose integrity is missing or wrong: it changes nothing, but explains a failure.</summary>
    public bool SawUnauthenticatedAnswer { get; set; }
}

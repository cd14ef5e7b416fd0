namespace IceSharp.Internal.Driver;

/// <summary>Where a session reports changes for those who watch; each puts the event handlers on the notification queue.</summary>
internal sealed record AgentWatchers(
    Action<IceStateChange> StateChanged,
    Action<IceGatheringState> GatheringStateChanged,
    Action<IcePairChange> PairStateChanged,
    Action<IceSelectedPairChange> SelectedPairChanged,
    Action<IceLocalAddressChange> LocalAddressesChanged,
    Action<IceStreamEndNotice> StreamEnded,
    Action<IceOfferNotice> UpdatedOfferNeeded,
    Action<IceConsentLossNotice> ConsentLost,
    Action<IceRestartSuggestion> RestartSuggested,
    Action<IceRestart> Restarted,
    Action<IceRestartReport> RestartCompleted);

from ._auction_result import AuctionResult
from ._check_truthful import check_truthful
from ._procurement_auction import procurement_auction
from ._truthful_agents import COMMUTERS, SELLERS, Agents
from ._truthful_report import Finding, TruthfulnessReport

__all__ = [
    "COMMUTERS",
    "SELLERS",
    "Agents",
    "AuctionResult",
    "Finding",
    "TruthfulnessReport",
    "check_truthful",
    "procurement_auction",
]
